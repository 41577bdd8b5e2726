"""What of a flow the tests have been through, and what they have not."""
