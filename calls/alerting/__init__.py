"""Rules of alerts: what fulfils them, raising an alert once for each cause, ending it when its cause is over."""
