//! Lists that are at hand as a whole: by which words their things are found (`q`), by which fields of the answer they are sorted (`sort`).

use crate::paging::{Listed, Rank};
use domain::feature::Feature;
use flow::{
    analysis::{marks::OwnerRef, segments::SegmentView},
    dashboards::DashboardView,
    objects::{ObjectView, import::RecordImportView, records::RecordView},
    people::{invitations::InvitationView, members::MemberView, sessions::OwnSession, tokens::TokenView},
    sql::{AskedView, QuestionView},
    webhooks::view::WebhookView,
    work::{tags::TagView, views::ViewView},
};
use store::business::Business;

/// Of each thing what names it, the words it is found by, and the fields it is sorted by.
macro_rules! listed {
    ($($thing:ty: $it:ident => $id:expr, [$($word:expr),*], { $($name:literal: $field:expr),* $(,)? };)*) => {$(
        impl Listed for $thing {
            const SORTS: &'static [(&'static str, fn(&Self) -> Rank)] = &[$(($name, |$it| Rank::from($field))),*];

            fn id(&self) -> &str {
                let $it = self;
                $id
            }

            fn words(&self) -> Vec<&str> {
                let $it = self;
                let words: &[&str] = &[$($word),*];
                words.to_vec()
            }
        }
    )*};
}

/// A text that need not be there.
fn maybe(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

listed! {
    SegmentView: s => &s.key, [&s.key, &s.label.zh, &s.label.en, &s.description.zh, &s.description.en], {
        "key": &s.key, "label.zh": &s.label.zh, "label.en": &s.label.en, "size": s.size, "net": s.net, "changed_at": &s.changed_at,
    };
    Feature: f => &f.key, [&f.key, &f.label.zh, &f.label.en, &f.description.zh, &f.description.en], {
        "key": &f.key, "label.zh": &f.label.zh, "label.en": &f.label.en, "version": f.version,
    };
    TagView: t => &t.id, [&t.name], { "name": &t.name, "customers": t.customers };
    ViewView: v => &v.id, [&v.name, maybe(&v.owner_name)], { "name": &v.name, "owner_name": &v.owner_name, "updated_at": &v.updated_at, "used_at": &v.used_at };
    OwnerRef: o => &o.id, [&o.name], { "name": &o.name };
    MemberView: m => &m.id, [&m.name, &m.email], {
        "name": &m.name, "email": &m.email, "role": m.role.key(), "created_at": &m.created_at, "last_seen_at": &m.last_seen_at,
    };
    InvitationView: i => &i.id, [&i.email, &i.created_by.name], { "email": &i.email, "state": &i.state, "created_at": &i.created_at, "expires_at": &i.expires_at };
    TokenView: t => &t.id, [&t.name, &t.prefix], {
        "name": &t.name, "state": &t.state, "created_at": &t.created_at, "expires_at": &t.expires_at, "last_used_at": &t.last_used_at,
    };
    OwnSession: s => &s.id, [&s.device.zh, &s.device.en, &s.address], { "created_at": &s.created_at, "last_used_at": &s.last_used_at, "expires_at": &s.expires_at };
    WebhookView: w => &w.id, [&w.url, &w.description], {
        "url": &w.url, "failures": w.failures, "waiting": w.waiting, "created_at": &w.created_at, "succeeded_at": &w.succeeded_at, "failed_at": &w.failed_at,
    };
    Business: b => &b.id, [&b.slug], { "slug": &b.slug, "created_at": b.created_at.0 };
    DashboardView: d => &d.id, [&d.name.zh, &d.name.en, maybe(&d.owner_name)], { "name.zh": &d.name.zh, "name.en": &d.name.en, "owner_name": &d.owner_name, "updated_at": &d.updated_at };
    QuestionView: q => &q.id, [&q.name, &q.text], { "name": &q.name, "owner_name": &q.owner_name, "updated_at": &q.updated_at };
    AskedView: q => &q.id, [&q.text], { "at": &q.at, "rows": q.rows, "milliseconds": q.milliseconds };
    ObjectView: o => &o.id, [&o.key, &o.label.zh, &o.label.en], {
        "label.zh": &o.label.zh, "label.en": &o.label.en, "records": o.records, "updated_at": &o.updated_at,
    };
    RecordImportView: i => &i.id, [&i.name, maybe(&i.author_name)], { "name": &i.name, "at": &i.at, "made": i.made, "changed": i.changed };
    RecordView: r => &r.id, [&r.object], { "number": r.number, "created_at": &r.created_at, "updated_at": &r.updated_at };
}
