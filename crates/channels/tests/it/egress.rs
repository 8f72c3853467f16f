//! Where nothing may go, nothing goes: by every spelling, at every moment, whatever a name answers the second time.

use crate::sink::{AUTHORITY, Names, Sink};
use channels::{
    Egress, Policy, Refused, Target,
    webhook::{Message, Receipt},
};
use std::{sync::atomic::AtomicUsize, time::{Duration, Instant}};
use testkit::addresses::INSIDE;

const OK: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

fn message() -> Message<'static> {
    Message { id: "msg_1", seconds: 1_700_000_000, signature: "v1,abc", body: "{\"type\":\"ping\"}" }
}

/// May go to one port of the loopback by this name, and nowhere else inside.
fn to(name: &str, port: u16) -> Policy {
    Policy { inside: vec![format!("{name}:{port}").parse().expect("a place")], ..Policy::default() }
}

#[tokio::test]
async fn every_spelling_of_an_inside_address_is_refused_and_nobody_is_called() {
    assert!(INSIDE.len() >= 70, "{}", INSIDE.len());
    let canary = Sink::start(OK).await;
    // the canary's port is allowed, so that only the address can stand in the way
    let mut policy = Policy::default();
    policy.ports.insert(canary.port);
    let egress = Egress::new(policy);
    for spelling in INSIDE {
        let url = spelling.replace("{port}", &canary.port.to_string());
        let (looked, sent) = (egress.look(&url).await, egress.post(&url, &message()).await);
        assert!(looked.is_err(), "{url} was taken");
        assert!(sent.is_err(), "{url} was called: {sent:?}");
    }
    assert_eq!(canary.came(), 0);
}

#[tokio::test]
async fn a_name_that_answers_otherwise_the_second_time_gains_nothing() {
    let canary = Sink::start(OK).await;
    let mut policy = Policy::default();
    policy.ports.insert(canary.port);
    let url = format!("http://rebind.test:{}/", canary.port);
    let public = "93.184.216.34";
    for inside in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "64:ff9b::7f00:1"] {
        // looked at while it is public, called when it no longer is
        let egress = Egress::new(policy.clone()).with_names(Names::of(&[&[public], &[inside]]));
        assert!(egress.look(&url).await.is_ok());
        assert_eq!(egress.post(&url, &message()).await, Err(Refused::Inside), "{inside}");
        // one good address does not let a bad one in, in whichever order
        for answer in [[public, inside], [inside, public]] {
            let egress = Egress::new(policy.clone()).with_names(Names::of(&[&answer]));
            assert_eq!(egress.look(&url).await, Err(Refused::Inside), "{answer:?}");
            assert_eq!(egress.post(&url, &message()).await, Err(Refused::Inside), "{answer:?}");
        }
    }
    // a look-up that fails refuses, and so does one without an answer
    for names in [Names::of(&[&[]]), std::sync::Arc::new(crate::sink::Names { answers: vec![], asked: AtomicUsize::new(0) })] {
        let egress = Egress::new(policy.clone()).with_names(names);
        assert_eq!(egress.look(&url).await, Err(Refused::Lookup));
        assert_eq!(egress.post(&url, &message()).await, Err(Refused::Lookup));
    }
    assert_eq!(canary.came(), 0);
}

#[tokio::test]
async fn one_look_up_a_connection() {
    let sink = Sink::start(OK).await;
    let names = Names::of(&[&["127.0.0.1"]]);
    let egress = Egress::new(to("hook.test", sink.port)).with_names(names.clone());
    assert_eq!(egress.post(&format!("http://hook.test:{}/in?a=b", sink.port), &message()).await, Ok(Receipt { status: 204 }));
    assert_eq!(names.asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    let text = sink.text().to_ascii_lowercase();
    for part in ["post /in?a=b http/1.1\r\n", &format!("host: hook.test:{}\r\n", sink.port), "webhook-id: msg_1\r\n", "webhook-timestamp: 1700000000\r\n", "webhook-signature: v1,abc\r\n", "content-type: application/json\r\n", "\r\n\r\n{\"type\":\"ping\"}"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn what_is_allowed_inside_is_that_and_nothing_beside_it() {
    let (sink, canary) = (Sink::start(OK).await, Sink::start(OK).await);
    let here = format!("http://127.0.0.1:{}/", sink.port);
    for place in [format!("127.0.0.1:{}", sink.port), "127.0.0.1".into(), "127.0.0.0/8".into()] {
        let mut policy = Policy { inside: vec![place.parse().expect("a place")], ..Policy::default() };
        policy.ports.insert(sink.port);
        assert_eq!(Egress::new(policy).post(&here, &message()).await, Ok(Receipt { status: 204 }), "{place}");
    }
    let only = Egress::new(to("127.0.0.1", sink.port));
    assert_eq!(only.post(&format!("http://127.0.0.1:{}/", canary.port), &message()).await, Err(Refused::Port));
    assert_eq!(only.post(&format!("http://127.0.0.2:{}/", sink.port), &message()).await, Err(Refused::Port));
    let mut net = Policy { inside: vec!["10.1.0.0/16".parse().expect("a net")], ..Policy::default() };
    net.ports.insert(canary.port);
    assert_eq!(Egress::new(net).post(&format!("http://127.0.0.1:{}/", canary.port), &message()).await, Err(Refused::Inside));
    assert_eq!(canary.came(), 0);
    for bad in ["", "10.0.0.0/33", "a b", "host:99999", "fd00::/129", "x/8"] {
        assert!(bad.parse::<channels::target::Inside>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_answer_is_listened_to() {
    let canary = Sink::start(OK).await;
    let moved: &'static str = Box::leak(format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{}/\r\ncontent-length: 0\r\n\r\n", canary.port).into_boxed_str());
    for (answer, expected) in [
        (moved.as_bytes(), Ok(Receipt { status: 302 })),
        (b"HTTP/1.1 410 Gone\r\ncontent-length: 2\r\n\r\nno".as_slice(), Ok(Receipt { status: 410 })),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\nENDLESS", Ok(Receipt { status: 200 })),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Err(Refused::Broken)),
        (b"", Err(Refused::Broken)),
    ] {
        let sink = Sink::start(answer).await;
        let got = Egress::new(to("127.0.0.1", sink.port)).post(&format!("http://127.0.0.1:{}/", sink.port), &message()).await;
        assert_eq!(got, expected, "{}", String::from_utf8_lossy(answer));
    }
    assert_eq!(canary.came(), 0);
    assert!(Receipt { status: 200 }.taken() && !Receipt { status: 302 }.taken() && Receipt { status: 410 }.gone());
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let sink = Sink::start(b"STALL").await;
    let begun = Instant::now();
    let got = Egress::new(to("127.0.0.1", sink.port)).post(&format!("http://127.0.0.1:{}/", sink.port), &message()).await;
    assert_eq!(got, Err(Refused::Slow));
    assert!(begun.elapsed() < channels::webhook::PATIENCE + Duration::from_secs(2));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    assert_eq!(Egress::new(to("127.0.0.1", nobody)).post(&format!("http://127.0.0.1:{nobody}/"), &message()).await, Err(Refused::Connect));
}

#[tokio::test]
async fn https_is_spoken_only_with_whom_the_name_means() {
    let sink = Sink::secure(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let policy = Policy { inside: ["hook.test", "other.test"].iter().map(|n| format!("{n}:{}", sink.port).parse().expect("a place")).collect(), ..Policy::default() };
    let egress = Egress::new(policy).with_names(Names::of(&[&["127.0.0.1"]]));
    let url = |host: &str| format!("https://{host}:{}/", sink.port);
    assert_eq!(egress.post(&url("hook.test"), &message()).await, Err(Refused::Tls), "nobody vouches for it");
    let egress = egress.with_authorities(AUTHORITY).expect("an authority");
    assert_eq!(egress.post(&url("hook.test"), &message()).await, Ok(Receipt { status: 200 }));
    assert_eq!(egress.post(&url("other.test"), &message()).await, Err(Refused::Tls), "another's certificate");
    let plain = Sink::start(OK).await;
    let egress = Egress::new(to("hook.test", plain.port)).with_names(Names::of(&[&["127.0.0.1"]]));
    assert!(matches!(egress.post(&format!("https://hook.test:{}/", plain.port), &message()).await, Err(Refused::Tls | Refused::Slow)), "no TLS at all");
    assert!(Egress::default().with_authorities(b"nothing").is_err());
}

#[test]
fn what_a_url_says_is_read_as_browsers_do() {
    let policy = Policy::default();
    let target = Target::parse("HTTPS://Hooks.Example.COM./in/中?x=1#frag", &policy).expect("a target");
    assert_eq!((target.host.as_str(), target.port, target.tls, target.path.as_str()), ("hooks.example.com", 443, true, "/in/%E4%B8%AD?x=1"));
    assert_eq!(target.to_string(), "https://hooks.example.com");
    for (url, why) in [
        ("ftp://example.com/", Refused::Scheme),
        ("https://example.com:8443/", Refused::Port),
        ("https://a:b@example.com/", Refused::Credentials),
        ("example.com", Refused::NoUrl),
        ("https://example.com/\u{7f}", Refused::NoUrl),
        ("https://10.0.0.1/", Refused::Inside),
    ] {
        assert_eq!(Target::parse(url, &policy), Err(why), "{url}");
    }
    assert_eq!(Target::parse(&format!("https://example.com/{}", "x".repeat(2_000)), &policy), Err(Refused::Long));
}
