"""A stand-in for Salesforce: the REST calls that Ringback sends, over HTTPS, with errors as Salesforce words them."""
