"""The counter between conversations and applications: one function an errand, which calls the service and says what to say."""
