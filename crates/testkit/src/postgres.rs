//! A PostgreSQL of our own for tests.
