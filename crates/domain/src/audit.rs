//! The audit log: what was done, by whom, to what. It is only ever added to, and every entry holds the hash of the one before it, so
//! that whoever kept the last hash finds any change, gap or missing end. Entries name people by opaque ids and hold no secret and no
//! customer's details.

use crate::{clock::Instant, label::Label};
use sha2::{Digest, Sha256};
use std::fmt::Write;

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident = $key:literal;)*) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[doc = $doc])* $name,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Action] = &[$(Action::$name),*];

            /// Machine name: noun, then what happened to it.
            pub fn key(self) -> &'static str {
                match self { $(Action::$name => $key,)* }
            }
        }
    };
}

actions! {
    /// the business was set up with its first owner
    WorkspaceFounded = "workspace.founded";
    /// the business's own settings changed
    WorkspaceChanged = "workspace.changed";
    /// a backup was restored
    WorkspaceRestored = "workspace.restored";
    /// somebody signed in
    SessionBegun = "session.begun";
    /// somebody tried to sign in and was refused
    SessionRefused = "session.refused";
    /// somebody ended sessions of their own from another
    SessionEnded = "session.ended";
    /// an owner began to look at the product as somebody else
    ViewingBegun = "viewing.begun";
    /// an owner looks at it as themselves again
    ViewingEnded = "viewing.ended";
    /// somebody changed their own password
    PasswordChanged = "password.changed";
    /// whoever runs the server set a password
    PasswordReset = "password.reset";
    /// somebody set up a second step of signing in
    SecondFactorOn = "second_factor.on";
    /// somebody turned their second step off
    SecondFactorOff = "second_factor.off";
    /// somebody's second step was taken away by somebody else
    SecondFactorReset = "second_factor.reset";
    /// somebody made their recovery codes anew
    RecoveryRenewed = "recovery.renewed";
    /// what is asked of everybody who signs in changed
    SignInChanged = "sign_in.changed";
    /// a sign-in service was set
    OidcSet = "oidc.set";
    /// the sign-in service was taken away
    OidcUnset = "oidc.unset";
    /// an account of the sign-in service is somebody's here from now on
    OidcLinked = "oidc.linked";
    /// somebody became a member
    MemberJoined = "member.joined";
    /// a member got another role or sight
    MemberChanged = "member.changed";
    /// a member was taken out
    MemberRemoved = "member.removed";
    /// somebody was invited
    InvitationMade = "invitation.made";
    /// an invitation was taken back
    InvitationRevoked = "invitation.revoked";
    /// an API token was made
    TokenMade = "token.made";
    /// an API token was taken back
    TokenRevoked = "token.revoked";
    /// an import was committed
    ImportCommitted = "import.committed";
    /// an import was taken back
    ImportUndone = "import.undone";
    /// a feature, classification or segment came into force
    DefinitionPublished = "definition.published";
    /// a feature, classification or segment was taken away, or put back to how it ships
    DefinitionWithdrawn = "definition.withdrawn";
    /// somebody took a file along
    ExportTaken = "export.taken";
    /// a tag was made
    TagMade = "tag.made";
    /// a tag got another name or colour
    TagChanged = "tag.changed";
    /// a tag was taken away, and with it from every customer
    TagRemoved = "tag.removed";
    /// a tag that had been taken away is back, on everybody who had it
    TagRestored = "tag.restored";
    /// a note was written
    NoteWritten = "note.written";
    /// a note got other words
    NoteChanged = "note.changed";
    /// a note was taken away
    NoteRemoved = "note.removed";
    /// a note that had been taken away is back
    NoteRestored = "note.restored";
    /// tags, owner, name or list of customers changed, one or all matching
    CustomersChanged = "customers.changed";
    /// such a change was taken back
    CustomersUnchanged = "customers.unchanged";
    /// a kind of records was made
    ObjectMade = "object.made";
    /// a kind of records got another form
    ObjectChanged = "object.changed";
    /// a kind of records was taken away, and its records with it
    ObjectRemoved = "object.removed";
    /// a kind of records that had been taken away is back
    ObjectRestored = "object.restored";
    /// a record was written, or several in one step
    RecordWritten = "record.written";
    /// a record was changed
    RecordChanged = "record.changed";
    /// a record was taken away
    RecordRemoved = "record.removed";
    /// a record that had been taken away is back
    RecordRestored = "record.restored";
    /// a file was brought into a kind of records
    RecordsImported = "record.imported";
    /// such an import was taken back
    RecordsImportUndone = "record.import_undone";
    /// a customer was merged into another
    CustomersMerged = "customers.merged";
    /// a merge was taken back
    CustomersUnmerged = "customers.unmerged";
    /// somebody asked for a customer to be erased
    ErasureAsked = "erasure.asked";
    /// a customer is gone from every table and figure
    CustomerErased = "customer.erased";
    /// the identifiers of an erased customer may come in again
    ErasureLifted = "erasure.lifted";
    /// somebody said of two customers that they are two, or that they are to be looked at later
    DuplicatesDecided = "duplicates.decided";
    /// a view of the customer list was shared with everybody, or changed while it is
    ViewShared = "view.shared";
    /// a shared view was taken away or made private
    ViewWithdrawn = "view.withdrawn";
    /// a dashboard was made for the team, shared with it, or changed while it is
    DashboardShared = "dashboard.shared";
    /// a dashboard of the team was taken away or made private
    DashboardWithdrawn = "dashboard.withdrawn";
    /// somebody asked a question in SQL
    QuestionAsked = "sql.asked";
    /// a question was shared with everybody who may ask, or changed while it is
    QuestionShared = "sql.shared";
    /// a shared question was taken away or made private
    QuestionWithdrawn = "sql.withdrawn";
    /// somebody took a file along that had been written for them before
    ExportDownloaded = "export.downloaded";
    /// somebody stopped a job
    JobCancelled = "job.cancelled";
    /// somebody had a job run again that was given up
    JobRetried = "job.retried";
    /// an endpoint of webhooks was made
    WebhookMade = "webhook.made";
    /// an endpoint got another address, other events, or was switched on or off
    WebhookChanged = "webhook.changed";
    /// an endpoint was taken away
    WebhookRemoved = "webhook.removed";
    /// an endpoint got a new secret
    WebhookTurned = "webhook.turned";
    /// an endpoint was stopped because nothing arrived there any more
    WebhookPaused = "webhook.paused";
    /// somebody sent a message to an endpoint again
    WebhookResent = "webhook.resent";
    /// after a restore somebody let things go out again
    OutboundConfirmed = "outbound.confirmed";
    /// the mail server was set
    MailSet = "mail.set";
    /// the mail server was taken away
    MailUnset = "mail.unset";
    /// a further business was added to the server
    BusinessAdded = "business.added";
    /// a new link to found a business was made
    BusinessOffered = "business.offered";
    /// a business is not served any more
    BusinessArchived = "business.archived";
    /// an archived business is served again
    BusinessReopened = "business.reopened";
}

impl Action {
    /// By machine name.
    pub fn parse(text: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|a| a.key() == text)
    }
}

/// Who does something: a person, by themselves or through one of their API tokens, or a program of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `usr_…`, `cli`, `server`; empty where nobody is known
    pub id: String,
    /// as people call them; the author of what they write
    pub name: String,
    /// `tok_…`, if a token was used
    pub token: Option<String>,
}

impl Actor {
    /// One of our own programs.
    pub fn program(name: &str) -> Actor {
        Actor { id: name.to_owned(), name: name.to_owned(), token: None }
    }

    /// Nobody we know.
    pub fn nobody() -> Actor {
        Actor::program("")
    }
}

/// What is to be noted.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// when
    pub at: Instant,
    /// who
    pub actor: Actor,
    /// what
    pub action: Action,
    /// id or key of what it was done to
    pub subject: String,
    /// what else is worth knowing; no names, no secrets
    pub detail: serde_json::Value,
}

impl Note {
    /// Something done to a subject, without more to say.
    pub fn new(at: Instant, actor: &Actor, action: Action, subject: impl Into<String>) -> Note {
        Note { at, actor: actor.clone(), action, subject: subject.into(), detail: serde_json::json!({}) }
    }

    /// With more to say.
    pub fn detail(mut self, detail: serde_json::Value) -> Note {
        self.detail = detail;
        self
    }
}

/// One entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// place in the log, from 1
    pub seq: i64,
    /// when
    pub at: Instant,
    /// who, by id
    pub actor: String,
    /// through which token; empty for none
    pub token: String,
    /// what; a later program may know more actions than this one
    pub action: String,
    /// to what
    pub subject: String,
    /// JSON, to the byte
    pub detail: String,
    /// hash of the entry before
    pub previous: String,
    /// hash of this one
    pub hash: String,
}

/// What the first entry of a log holds as the hash before it.
pub const ORIGIN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Entry {
    /// The entry that follows the one with this place and hash in a workspace's log.
    pub fn after(workspace: &str, seq: i64, previous: &str, note: &Note) -> Entry {
        let mut entry = Entry {
            seq: seq + 1,
            at: note.at,
            actor: note.actor.id.clone(),
            token: note.actor.token.clone().unwrap_or_default(),
            action: note.action.key().to_owned(),
            subject: note.subject.clone(),
            detail: note.detail.to_string(),
            previous: previous.to_owned(),
            hash: String::new(),
        };
        entry.hash = entry.seal(workspace);
        entry
    }

    /// The hash this entry should have: SHA-256 over all its fields, each with its length in front.
    pub fn seal(&self, workspace: &str) -> String {
        let (seq, at) = (self.seq.to_be_bytes(), self.at.0.to_be_bytes());
        let fields: [&[u8]; 9] = [
            self.previous.as_bytes(),
            workspace.as_bytes(),
            &seq,
            &at,
            self.actor.as_bytes(),
            self.token.as_bytes(),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            self.detail.as_bytes(),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// A place in a log with its hash: what one notes down elsewhere to find later that the end was cut off. Written `12:<hash>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// place
    pub seq: i64,
    /// hash of the entry there
    pub hash: String,
}

impl Head {
    /// `12:<hash>`.
    pub fn parse(text: &str) -> Option<Head> {
        let (seq, hash) = text.trim().split_once(':')?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0)?;
        let hex = hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit());
        hex.then(|| Head { seq, hash: hash.to_lowercase() })
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// How a log is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// entries are missing before this one, or it stands where it does not belong
    Gap,
    /// it does not follow from the entry before it
    Link,
    /// it is not as it was written
    Hash,
    /// the log does not hold what was noted down of it: its end was cut off, or all of it was written anew
    Head,
    /// a signed head is not signed by the key it names
    Signature,
}

impl Why {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Why::Gap => "gap",
            Why::Link => "link",
            Why::Hash => "hash",
            Why::Head => "head",
            Why::Signature => "signature",
        }
    }
}

/// The first place where a log is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// the place
    pub seq: i64,
    /// how
    pub why: Why,
}

impl Broken {
    /// For people.
    pub fn message(&self) -> Label {
        let seq = self.seq;
        match self.why {
            Why::Gap => Label::new(format!("第 {seq} 条缺失"), format!("entry {seq} is missing")),
            Why::Link => Label::new(format!("第 {seq} 条与前一条对不上"), format!("entry {seq} does not follow from the one before it")),
            Why::Hash => Label::new(format!("第 {seq} 条被改动过"), format!("entry {seq} was changed")),
            Why::Signature => Label::new(format!("第 {seq} 条的签名不对：签名或记录被改动过"), format!("the signature of entry {seq} does not hold: it or what it signs was changed")),
            Why::Head => Label::new(format!("日志里没有记下的第 {seq} 条：末尾被截断，或整个日志被重写"), format!("the log does not hold entry {seq} as it was noted down: its end was cut off, or it was written anew")),
        }
    }
}

/// Walks a log from its first entry and finds where it is broken.
#[derive(Debug, Clone)]
pub struct Chain {
    workspace: String,
    at: Head,
    noted: Option<Head>,
}

impl Chain {
    /// At the beginning of a workspace's log; `noted`: a head that was written down earlier and must be in it.
    pub fn new(workspace: &str, noted: Option<Head>) -> Chain {
        Chain { workspace: workspace.to_owned(), at: Head { seq: 0, hash: ORIGIN.to_owned() }, noted }
    }

    /// The next entry.
    ///
    /// # Errors
    /// When it is broken there.
    pub fn follow(&mut self, entry: &Entry) -> Result<(), Broken> {
        let seq = self.at.seq + 1;
        let broken = |why| Err(Broken { seq, why });
        if entry.seq != seq {
            return broken(Why::Gap);
        }
        if entry.previous != self.at.hash {
            return broken(Why::Link);
        }
        if entry.hash != entry.seal(&self.workspace) {
            return broken(Why::Hash);
        }
        if self.noted.as_ref().is_some_and(|noted| noted.seq == seq && noted.hash != entry.hash) {
            return broken(Why::Head);
        }
        self.at = Head { seq, hash: entry.hash.clone() };
        Ok(())
    }

    /// After the last entry: the head, if there is any entry.
    ///
    /// # Errors
    /// When the log ends before what was noted down of it.
    pub fn end(self) -> Result<Option<Head>, Broken> {
        match self.noted {
            Some(noted) if noted.seq > self.at.seq => Err(Broken { seq: noted.seq, why: Why::Head }),
            _ => Ok((self.at.seq > 0).then_some(self.at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log(entries: usize) -> Vec<Entry> {
        let (mut all, mut previous): (Vec<Entry>, String) = (Vec::new(), ORIGIN.to_owned());
        let amy = Actor { id: "usr_amy".into(), name: "Amy".into(), token: None };
        for n in 0..entries {
            let note = Note::new(Instant(n as i64), &amy, Action::MemberChanged, format!("usr_{n}")).detail(serde_json::json!({ "role": "viewer" }));
            let entry = Entry::after("wsp_1", n as i64, &previous, &note);
            previous.clone_from(&entry.hash);
            all.push(entry);
        }
        all
    }

    fn verify(log: &[Entry], noted: Option<Head>) -> Result<Option<Head>, Broken> {
        let mut chain = Chain::new("wsp_1", noted);
        log.iter().try_for_each(|e| chain.follow(e))?;
        chain.end()
    }

    #[test]
    fn a_whole_log_says_its_head() {
        let all = log(5);
        let head = Head { seq: 5, hash: all[4].hash.clone() };
        assert_eq!(verify(&all, None), Ok(Some(head.clone())));
        assert_eq!(verify(&all, Head::parse(&head.to_string())), Ok(Some(head)));
        assert_eq!(verify(&[], None), Ok(None));
        assert_eq!(Chain::new("wsp_2", None).follow(&all[0]), Err(Broken { seq: 1, why: Why::Hash }), "another business's log");
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut all = log(5);
        let head = Head { seq: 5, hash: all[4].hash.clone() };
        assert_eq!(verify(&all[..3], Some(head.clone())), Err(Broken { seq: 5, why: Why::Head }));
        all.remove(2);
        assert_eq!(verify(&all, None), Err(Broken { seq: 3, why: Why::Gap }));
        let other: Vec<Entry> = {
            let mut other = log(5);
            other[4].subject.push('x');
            other[4].hash = other[4].seal("wsp_1");
            other
        };
        assert_eq!(verify(&other, None).map(|h| h.map(|h| h.seq)), Ok(Some(5)), "written anew by somebody who can count");
        assert_eq!(verify(&other, Some(head)), Err(Broken { seq: 5, why: Why::Head }), "but not as it was noted down");
    }

    #[test]
    fn a_head_is_a_place_and_a_hash() {
        assert_eq!(Head::parse(&format!(" 12:{}", "AB".repeat(32))), Some(Head { seq: 12, hash: "ab".repeat(32) }));
        for bad in ["", "12", "12:", "0:00", "-1:00", "x:00", &format!("12:{}", "g".repeat(64)), &format!("12:{}", "0".repeat(63))] {
            assert_eq!(Head::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn actions_have_names_of_their_own() {
        for a in Action::ALL {
            assert_eq!(Action::parse(a.key()), Some(*a));
            assert!(a.key().split_once('.').is_some_and(|(noun, verb)| !noun.is_empty() && !verb.is_empty()));
        }
        assert_eq!(Action::parse("member.eaten"), None);
    }

    proptest! {
        #[test]
        fn any_change_is_found_where_it_was_made(at in 0usize..6, field in 0u8..9, with in "[a-z0-9]{1,4}") {
            let mut all = log(6);
            let e = &mut all[at];
            let before = e.clone();
            match field {
                0 => e.seq += 1,
                1 => e.at.0 += 1,
                2 => e.actor = with,
                3 => e.token = with,
                4 => e.action = with,
                5 => e.subject = with,
                6 => e.detail = with,
                7 => e.previous = with,
                _ => e.hash = with,
            }
            prop_assert_ne!(&before, &all[at]);
            prop_assert_eq!(verify(&all, None).map_err(|b| b.seq), Err(at as i64 + 1));
        }
    }
}
