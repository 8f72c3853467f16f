//! Values whose column type differs between the two databases: what DuckDB itself uses there.

use domain::clock::Instant;
use sqlx::{
    Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
    sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo},
};

/// A catalog timestamp: TIMESTAMPTZ in PostgreSQL, `YYYY-MM-DD HH:MM:SS.ffffff+00` in SQLite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp(pub(crate) Instant);

/// Microseconds from 1970 to 2000, where PostgreSQL starts counting.
const EPOCH_2000: i64 = 946_684_800_000_000;

impl Stamp {
    fn text(self) -> String {
        self.0.rfc3339().replace('T', " ").replace('Z', "+00")
    }
}

impl Type<Sqlite> for Stamp {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl<'q> Encode<'q, Sqlite> for Stamp {
    fn encode_by_ref(&self, buf: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<'q, Sqlite>>::encode(self.text(), buf)
    }
}

impl Type<Postgres> for Stamp {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

impl<'q> Encode<'q, Postgres> for Stamp {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'q, Postgres>>::encode(self.0.0 - EPOCH_2000, buf)
    }
}

/// A UUID: UUID in PostgreSQL, text in SQLite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Uuid(pub(crate) [u8; 16]);

impl Uuid {
    fn text(self) -> String {
        let hex: String = self.0.iter().map(|b| format!("{b:02x}")).collect();
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
        parts.map(|p| hex.get(p).unwrap_or_default().to_owned()).join("-")
    }
}

impl Type<Sqlite> for Uuid {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl<'q> Encode<'q, Sqlite> for Uuid {
    fn encode_by_ref(&self, buf: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<'q, Sqlite>>::encode(self.text(), buf)
    }
}

impl Type<Postgres> for Uuid {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("uuid")
    }
}

impl<'q> Encode<'q, Postgres> for Uuid {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buf.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }
}
