"""What several workers share: Redis for locks, limits and sessions, PostgreSQL for conversations, RabbitMQ for events."""
