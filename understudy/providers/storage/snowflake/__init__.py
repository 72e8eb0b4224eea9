"""The Snowflake backend, through the vendor's connector."""
