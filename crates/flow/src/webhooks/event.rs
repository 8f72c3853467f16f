//! What can be told, and what an endpoint wants to be told.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What a test is called.
pub(crate) const PING: &str = "ping";

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum EventType {
    /// customers came into a segment
    #[serde(rename = "segment.entered")]
    SegmentEntered,
    /// customers are no longer in a segment
    #[serde(rename = "segment.left")]
    SegmentLeft,
    /// customers are in another class of a classification
    #[serde(rename = "class.changed")]
    ClassChanged,
}

impl EventType {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            EventType::SegmentEntered => "segment.entered",
            EventType::SegmentLeft => "segment.left",
            EventType::ClassChanged => "class.changed",
        }
    }
}

/// What an endpoint wants to be told: of these kinds, and only about these segments and classifications if any are named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Events {
    pub types: BTreeSet<EventType>,
    pub segments: BTreeSet<String>,
    pub classifications: BTreeSet<String>,
}

/// What an event is about, as it is kept: `segment:<key>` or `class:<key>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Segment(String),
    Class(String),
}

impl Subject {
    /// As it is kept.
    pub fn text(&self) -> String {
        match self {
            Subject::Segment(key) => format!("segment:{key}"),
            Subject::Class(key) => format!("class:{key}"),
        }
    }
}

impl Events {
    /// As they are kept.
    pub fn kept(&self) -> Value {
        json!(self)
    }

    /// As they were kept; what a later program wrote is left out.
    pub fn read(kept: &Value) -> Events {
        serde_json::from_value(kept.clone()).unwrap_or_default()
    }

    /// Is this kind about this subject wanted?
    pub fn want(&self, kind: EventType, subject: &Subject) -> bool {
        let (named, key) = match subject {
            Subject::Segment(key) => (&self.segments, key),
            Subject::Class(key) => (&self.classifications, key),
        };
        self.types.contains(&kind) && (named.is_empty() || named.contains(key))
    }

    /// Is anything about this subject wanted?
    pub fn watch(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Segment(_) => self.want(EventType::SegmentEntered, subject) || self.want(EventType::SegmentLeft, subject),
            Subject::Class(_) => self.want(EventType::ClassChanged, subject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_named_is_everything_of_the_kind() {
        let events = Events { types: [EventType::SegmentEntered].into(), ..Events::default() };
        let (quiet, lifecycle) = (Subject::Segment("quiet".into()), Subject::Class("lifecycle".into()));
        assert!(events.watch(&quiet) && events.want(EventType::SegmentEntered, &quiet));
        assert!(!events.want(EventType::SegmentLeft, &quiet) && !events.watch(&lifecycle));
        let events = Events { segments: ["loud".to_owned()].into(), types: [EventType::SegmentLeft, EventType::ClassChanged].into(), ..Events::default() };
        assert!(!events.watch(&quiet) && events.watch(&lifecycle) && events.watch(&Subject::Segment("loud".into())));
        assert_eq!(Events::read(&events.kept()), events);
        assert_eq!(Events::read(&json!({ "types": ["later.kind"] })), Events::default());
    }
}
