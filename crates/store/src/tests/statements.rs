//! One SQL text, both engines: every statement is prepared on each.

use super::*;
use crate::{announced, answer, arrival, audit, audit_head, bulk::Bulk, business, change, comment, contact, counter, customer, dashboard, db, definition, delivery, duplicate, edit, erasure, inbox, invitation, job, mail, mark, member, merge, note, object, oidc, pending, quality, quarantine, question, reading, record_import, restore, schedule, second_factor, session, setup, subscription, tag, template, token, tries, user, view, webhook, workspace};
use sqlx::{Executor, SqlSafeStr};

type Named = (&'static str, &'static str);

fn statements() -> Vec<Named> {
    let lists: &[&[Named]] = &[
        db::STATEMENTS,
        announced::STATEMENTS,
        answer::STATEMENTS,
        arrival::STATEMENTS,
        audit::STATEMENTS,
        audit_head::STATEMENTS,
        business::STATEMENTS,
        catalog::STATEMENTS,
        catalog::write::STATEMENTS,
        catalog::compact::STATEMENTS,
        catalog::ensure::STATEMENTS,
        catalog::expire::STATEMENTS,
        catalog::stats::STATEMENTS,
        change::STATEMENTS,
        comment::STATEMENTS,
        contact::STATEMENTS,
        counter::STATEMENTS,
        customer::STATEMENTS,
        customer::put_right::STATEMENTS,
        customer::touched::STATEMENTS,
        customer::write::STATEMENTS,
        dashboard::STATEMENTS,
        definition::STATEMENTS,
        delivery::STATEMENTS,
        edit::STATEMENTS,
        erasure::STATEMENTS,
        erasure::files::STATEMENTS,
        erasure::people::STATEMENTS,
        erasure::texts::STATEMENTS,
        import::STATEMENTS,
        import::commit::STATEMENTS,
        import::undo::STATEMENTS,
        inbox::STATEMENTS,
        invitation::STATEMENTS,
        job::STATEMENTS,
        mail::STATEMENTS,
        mark::STATEMENTS,
        duplicate::STATEMENTS,
        member::STATEMENTS,
        merge::STATEMENTS,
        note::STATEMENTS,
        oidc::STATEMENTS,
        pending::STATEMENTS,
        object::STATEMENTS,
        quality::STATEMENTS,
        quarantine::STATEMENTS,
        question::STATEMENTS,
        reading::STATEMENTS,
        record_import::STATEMENTS,
        restore::STATEMENTS,
        schedule::STATEMENTS,
        second_factor::STATEMENTS,
        session::STATEMENTS,
        setup::STATEMENTS,
        subscription::STATEMENTS,
        tag::STATEMENTS,
        template::STATEMENTS,
        token::STATEMENTS,
        tries::STATEMENTS,
        user::STATEMENTS,
        view::STATEMENTS,
        webhook::STATEMENTS,
        workspace::STATEMENTS,
    ];
    lists.concat()
}

fn bulks() -> Vec<&'static Bulk> {
    let mut all = vec![
        &announced::PUT,
        &catalog::ensure::PUT_COLUMNS,
        &catalog::write::PUT_STATS,
        &comment::INSERT,
        &contact::INSERT,
        &contact::BY_KEYS,
        &change::PUT_MARKS,
        &customer::BY_KEYS,
        &customer::IDENTIFIERS_BY_KEYS,
        &customer::MERGED_IDENTIFIERS,
        &duplicate::PUT,
        &customer::RESOLVE,
        &delivery::MESSAGES,
        &erasure::PUT_HASHES,
        &erasure::people::AMONG,
        &delivery::DELIVERIES,
        &inbox::INSERT,
        &inbox::NEWEST,
        &mark::PUT,
        &object::OF_CUSTOMERS,
        &object::PUT_MANY,
        &record_import::NOTE,
        &quarantine::INSERT,
    ];
    all.extend(customer::write::BULKS);
    all.extend(&customer::write::HAND_OVER);
    all
}

both! {
    async fn every_statement_is_prepared(store: &Store) {
        let mut broken = Vec::new();
        for (name, text) in statements() {
            if let Err(e) = prepare(store, text.into_sql_str()).await {
                broken.push(format!("{name}: {e}\n{text}"));
            }
        }
        for bulk in bulks() {
            // as INSERTs their parameters have types of their own; in queries sqlx names the types
            if bulk.head.contains("(VALUES") {
                continue;
            }
            for rows in [1, 2, bulk.chunk()] {
                let text = bulk.text(rows, store.engine() == "postgres");
                if let Err(e) = prepare(store, sqlx::AssertSqlSafe(text.clone()).into_sql_str()).await {
                    broken.push(format!("{e}\n{}", &text[..text.len().min(300)]));
                }
            }
        }
        let own = if store.engine() == "postgres" { vec![job::CLAIM_POSTGRES, db::LAKE_LOCK, db::AUDIT_LOCK, db::INBOX_LOCK] } else { vec![] };
        for text in own {
            prepare(store, text.into_sql_str()).await.unwrap();
        }
        assert!(broken.is_empty(), "{}", broken.join("\n\n"));
    }
}

async fn prepare(store: &Store, text: sqlx::SqlStr) -> Result<(), sqlx::Error> {
    match &store.0 {
        db::Inner::Sqlite { pool, .. } => pool.prepare(text).await.map(|_| ()),
        db::Inner::Postgres(pool) => pool.prepare(text).await.map(|_| ()),
    }
}

#[test]
fn no_statement_uses_what_only_one_engine_knows() {
    let one_sided = ["ILIKE", "= ANY", "FOR UPDATE", "now()", "greatest(", "::", "strftime", "INSERT OR", "datetime("];
    for (name, text) in statements() {
        for word in one_sided {
            assert!(!text.contains(word), "{name} uses {word}");
        }
    }
}
