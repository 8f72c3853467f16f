//! Laws of the whole, on seeded tables.
