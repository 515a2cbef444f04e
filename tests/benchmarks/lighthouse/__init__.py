"""What Lighthouse says of Ringback's pages while the simulated contact centre runs."""
