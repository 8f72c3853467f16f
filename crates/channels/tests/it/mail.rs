//! Mails handed to a server that misbehaves, and texts that want to be more than text.

use crate::sink::{AUTHORITY, Names};
use channels::{
    Egress, Policy, Refused,
    mail::{Address, Mail},
    smtp::{Relay, Security, Unsent},
};
use testkit::smtp::{Fault, Sink};

fn relay(port: u16) -> Relay {
    Relay { host: "mail.test".into(), port, security: Security::None, login: Some(("crm".into(), "geheim".into())) }
}

fn egress(port: u16) -> Egress {
    let policy = Policy { inside: vec![format!("mail.test:{port}").parse().expect("a place")], ..Policy::default() };
    Egress::new(policy).with_names(Names::of(&[&["127.0.0.1"]]))
}

fn mail(id: &str) -> Mail {
    Mail {
        from: Address::parse("shop@example.com").expect("an address"),
        from_name: "小满茶铺".into(),
        to: Address::parse("ann@example.com").expect("an address"),
        subject: "Join us".into(),
        text: "Hello".into(),
        html: None,
        id: id.into(),
        at: 1_795_320_000,
        unsubscribe: None,
    }
}

#[tokio::test]
async fn a_mail_is_handed_in_and_every_refusal_is_told_apart() {
    let sink = Sink::start().expect("a port");
    let (out, to) = (egress(sink.port), relay(sink.port));
    out.mail(&to, &mail("mal_1")).await.expect("it is taken");
    let [first] = sink.kept().try_into().expect("one");
    let first: testkit::smtp::Arrived = first;
    assert_eq!((first.from.as_str(), first.to), ("MAIL FROM:<shop@example.com>", vec!["RCPT TO:<ann@example.com>".to_owned()]));
    assert_eq!(first.login.as_deref(), Some("AUTH PLAIN AGNybQBnZWhlaW0="));
    for (fault, expected) in [
        (Fault::NoGreeting, Unsent::Refused(Refused::Broken)),
        (Fault::Hello(421), Unsent::Later(421)),
        (Fault::Login(535), Unsent::Login(535)),
        (Fault::Login(454), Unsent::Later(454)),
        (Fault::Recipient(450), Unsent::Later(450)),
        (Fault::Recipient(550), Unsent::Never(550)),
        (Fault::Data(451), Unsent::Later(451)),
        (Fault::Message(452), Unsent::Later(452)),
        (Fault::Message(554), Unsent::Never(554)),
        (Fault::Silent, Unsent::Unknown),
        (Fault::Cut, Unsent::Unknown),
    ] {
        sink.misbehave(&[fault]);
        assert_eq!(out.mail(&to, &mail("mal_2")).await, Err(expected), "{fault:?}");
        out.mail(&to, &mail("mal_3")).await.expect("after that it behaves");
    }
    assert_eq!(sink.kept().len(), 12);
    assert!(Unsent::Never(550).hopeless() && !Unsent::Unknown.hopeless() && !Unsent::Login(535).hopeless());
}

#[tokio::test]
async fn whatever_people_write_it_is_one_mail_to_one_person() {
    let sink = Sink::start().expect("a port");
    let out = egress(sink.port);
    let mut to = relay(sink.port);
    to.login = None;
    let evil = ["\r\n.\r\nMAIL FROM:<x@evil.test>\r\nRCPT TO:<y@evil.test>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n", "\n.\nRSET\nMAIL FROM:<x@evil.test>\n", "\r.\rQUIT\r", ".", "..", ".\r\n", "\0", "=?UTF-8?B?eA==?=\r\nBcc: y@evil.test", "a\u{85}b\u{2028}c", "<script>", "%0d%0aBcc:y@evil.test", "\u{ff0e}\n\u{ff0e}"];
    let (mut sent, mut refused) = (0, 0);
    for (n, text) in evil.iter().cycle().take(300).enumerate() {
        let mut one = mail(&format!("mal_{n}"));
        match n / evil.len() % 5 {
            0 => one.text = (*text).to_owned(),
            1 => one.html = Some((*text).to_owned()),
            2 => one.subject = (*text).to_owned(),
            3 => one.from_name = (*text).to_owned(),
            _ => match Address::parse(&format!("ann{text}@example.com")) {
                Ok(address) => one.to = address,
                Err(_) => {
                    refused += 1;
                    continue;
                }
            },
        }
        match out.mail(&to, &one).await {
            Ok(()) => sent += 1,
            Err(Unsent::Malformed(_)) => refused += 1,
            Err(e) => panic!("{text:?}: {e}"),
        }
    }
    let arrived = sink.arrived();
    assert_eq!((arrived.len(), sent + refused), (sent, 300));
    for a in &arrived {
        assert_eq!(a.to.len(), 1, "{a:?}");
        assert!(a.to[0].starts_with("RCPT TO:<ann") && a.from == "MAIL FROM:<shop@example.com>", "{a:?}");
        assert!(!a.text.contains("evil") && a.header("Bcc").is_empty(), "{a:?}");
    }
}

#[tokio::test]
async fn where_tls_is_asked_for_nothing_is_said_without_it() {
    let sink = Sink::start().expect("a port");
    let out = egress(sink.port).with_authorities(AUTHORITY).expect("an authority");
    for security in [Security::StartTls, Security::Tls] {
        let to = Relay { security, ..relay(sink.port) };
        let ended = tokio::time::timeout(std::time::Duration::from_secs(20), out.mail(&to, &mail("mal_1"))).await.expect("it ends");
        assert!(matches!(ended, Err(Unsent::Refused(Refused::Tls | Refused::Slow | Refused::Broken))), "{security:?}: {ended:?}");
    }
    assert!(sink.arrived().is_empty());
    // and with it, with whom the name means
    let (port, heard) = crate::sink::secure_mail(false).await;
    let to = Relay { security: Security::Tls, ..relay(port) };
    let out = egress(port).with_authorities(AUTHORITY).expect("an authority");
    out.mail(&to, &mail("mal_1")).await.expect("it is taken");
    let (port, also) = crate::sink::secure_mail(true).await;
    let to = Relay { security: Security::StartTls, ..relay(port) };
    let out = egress(port).with_authorities(AUTHORITY).expect("an authority");
    out.mail(&to, &mail("mal_2")).await.expect("it is taken");
    for words in [heard, also] {
        let said = words.lock().expect("nobody panicked").clone();
        assert!(said.contains("AUTH PLAIN") && said.contains("Message-ID: <mal_"), "{said}");
    }
    assert_eq!(Egress::default().mail(&to, &mail("mal_3")).await, Err(Unsent::Refused(Refused::Port)));
}
