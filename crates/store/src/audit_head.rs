//! Signed heads of the audit log: what its end was on a day, signed with the key of the business. They are only added to.

use crate::{Access, Result, Tx};
use domain::{audit::Head, clock::Instant};

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignedHead {
    /// place in the log
    pub seq: i64,
    /// hash of the entry there
    pub hash: String,
    /// when it was signed, microseconds
    pub at: i64,
    /// the public key, hexadecimal
    pub key: String,
    /// Ed25519, hexadecimal
    pub signature: String,
}

impl SignedHead {
    /// The head it signs.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash.clone() }
    }

    /// When.
    pub fn instant(&self) -> Instant {
        Instant(self.at)
    }
}

type Row = (i64, String, i64, String, String);

fn signed((seq, hash, at, key, signature): Row) -> SignedHead {
    SignedHead { seq, hash, at, key, signature }
}

statements! {
    INSERT = "INSERT INTO audit_heads (workspace, seq, hash, at, key, signature) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    ALL = "SELECT seq, hash, at, key, signature FROM audit_heads WHERE workspace = $1 ORDER BY seq";
    LAST = "SELECT seq, hash, at, key, signature FROM audit_heads WHERE workspace = $1 ORDER BY seq DESC LIMIT 1";
    HASH = "SELECT hash FROM audit WHERE workspace = $1 AND seq = $2";
}

/// Keeps one; false if the place was signed before.
pub async fn add(tx: &mut Tx, workspace: &str, h: &SignedHead) -> Result<bool> {
    Ok(execute!(tx, INSERT, workspace, h.seq, h.hash.as_str(), h.at, h.key.as_str(), h.signature.as_str())? == 1)
}

/// All of them, oldest first.
pub async fn all(db: impl Access, workspace: &str) -> Result<Vec<SignedHead>> {
    Ok(rows!(db, Row, ALL, workspace)?.into_iter().map(signed).collect())
}

/// The newest.
pub async fn last(db: impl Access, workspace: &str) -> Result<Option<SignedHead>> {
    Ok(optional!(db, Row, LAST, workspace)?.map(signed))
}

/// The hash of the entry at a place.
pub async fn hash_at(db: impl Access, workspace: &str, seq: i64) -> Result<Option<String>> {
    Ok(optional!(db, (String,), HASH, workspace, seq)?.map(|(hash,)| hash))
}
