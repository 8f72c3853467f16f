//! A mail as it goes over the wire. Whatever people wrote travels encoded: headers as encoded words, bodies as base64. So no text of
//! theirs can begin a line of its own, and there is no bare CR or LF anywhere.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt::Write;
use url::Host;

/// Longest line of base64.
const LINE: usize = 76;
/// Bytes of text in one encoded word: with its frame it stays below 75 characters.
const WORD: usize = 42;

/// Why there is no such mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// not an address mail is sent to
    #[error("this is no e-mail address")]
    Address,
    /// control characters in a name, a subject or a link
    #[error("there are control characters in it")]
    Control,
}

/// An e-mail address, as it may stand in `<…>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Letters, digits and the usual signs before the `@`, a name of the internet behind it; nothing that could end it early.
    ///
    /// # Errors
    /// [`Malformed::Address`]
    pub fn parse(text: &str) -> Result<Address, Malformed> {
        let (local, domain) = text.rsplit_once('@').ok_or(Malformed::Address)?;
        let usual = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.is_empty() || local.len() > 64 || !local.chars().all(usual) || dots {
            return Err(Malformed::Address);
        }
        match Host::parse(domain) {
            Ok(Host::Domain(name)) if name.len() <= 253 && !name.ends_with('.') && name.split('.').all(|l| !l.is_empty() && l.len() <= 63 && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')) => Ok(Address(format!("{local}@{name}"))),
            _ => Err(Malformed::Address),
        }
    }

    /// As it stands between the angles.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, d)| d)
    }
}

/// A mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// who sends
    pub from: Address,
    /// under which name
    pub from_name: String,
    /// to whom
    pub to: Address,
    /// one line
    pub subject: String,
    /// for readers without HTML
    pub text: String,
    /// the same as HTML; what people wrote must be escaped in it
    pub html: Option<String>,
    /// the part of `Message-ID` before the `@`: the same however often it is sent
    pub id: String,
    /// seconds since 1970
    pub at: i64,
    /// where one unsubscribes
    pub unsubscribe: Option<String>,
}

impl Mail {
    /// The message: headers, an empty line, both bodies; every line ends with CRLF and has at most 78 characters or so.
    ///
    /// # Errors
    /// [`Malformed::Control`]
    pub fn bytes(&self) -> Result<Vec<u8>, Malformed> {
        let lines = [&self.from_name, &self.subject, &self.id].into_iter().chain(&self.unsubscribe);
        if lines.into_iter().any(|line| line.chars().any(char::is_control)) || !self.id.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)) {
            return Err(Malformed::Control);
        }
        let unsubscribe = self.unsubscribe.as_deref().filter(|u| u.is_ascii() && !u.contains(['<', '>', ' ', ',']));
        let mut out = String::new();
        let _ = write!(out, "Date: {}\r\n", date(self.at));
        let name = if self.from_name.is_empty() { String::new() } else { format!("{}\r\n ", encoded(&self.from_name)) };
        let _ = write!(out, "From: {name}<{}>\r\nTo: <{}>\r\nSubject: {}\r\n", self.from.0, self.to.0, encoded(&self.subject));
        let _ = write!(out, "Message-ID: <{}@{}>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n", self.id, self.from.domain());
        if let Some(url) = unsubscribe {
            let _ = write!(out, "List-Unsubscribe: <{url}>\r\n");
        }
        match &self.html {
            None => part(&mut out, "plain", &self.text),
            Some(html) => {
                // base64 holds no underscore, so no body can hold the boundary
                let edge = format!("=_{}", self.id);
                let _ = write!(out, "Content-Type: multipart/alternative;\r\n boundary=\"{edge}\"\r\n\r\n--{edge}\r\n");
                part(&mut out, "plain", &self.text);
                let _ = write!(out, "--{edge}\r\n");
                part(&mut out, "html", html);
                let _ = write!(out, "--{edge}--\r\n");
            }
        }
        Ok(out.into_bytes())
    }
}

fn part(out: &mut String, kind: &str, body: &str) {
    let _ = write!(out, "Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    let coded = STANDARD.encode(body.replace("\r\n", "\n").replace('\n', "\r\n"));
    let mut rest = coded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE));
        out.push_str(line);
        out.push_str("\r\n");
        rest = more;
    }
}

/// Text of a header as encoded words (RFC 2047), folded; plain words stay as they are.
fn encoded(text: &str) -> String {
    let plain = text.len() <= 60 && text.chars().all(|c| c.is_ascii_alphanumeric() || " -.!,:/'".contains(c)) && text == text.trim() && !text.is_empty();
    if plain && !text.contains(':') && !text.contains(',') && !text.contains('.') {
        return text.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > WORD {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    words.iter().map(|w| format!("=?UTF-8?B?{}?=", STANDARD.encode(w))).collect::<Vec<_>>().join("\r\n ")
}

/// A date as mails write it, in UTC.
fn date(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // civil from days, with years that begin in March
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (d, m) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(m <= 2);
    let name = |names: &[&'static str], at: i64| names.get(usize::try_from(at).unwrap_or(0)).copied().unwrap_or_default();
    format!("{}, {d:02} {} {year} {:02}:{:02}:{:02} +0000", name(&DAYS, day.rem_euclid(7)), name(&MONTHS, m - 1), rest / 3_600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            from: Address::parse("shop@example.com").expect("an address"),
            from_name: "小满茶铺".into(),
            to: Address::parse("Ann.Lee+x@例え.jp").expect("an address"),
            subject: "邀请您加入“小满茶铺”，一起了解每一位客户，并且好好对待他们".into(),
            text: "第一行\n.\r\n..第三行\rX-Injected: 1\r\n\r\n.\r\nMAIL FROM:<evil@example.com>\n".into(),
            html: Some("<p>你好</p>".into()),
            id: "mal_1".into(),
            at: 1_795_320_000,
            unsubscribe: Some("https://crm.example.com/off?t=1".into()),
        }
    }

    #[test]
    fn what_people_wrote_never_begins_a_line() {
        let bytes = mail().bytes().expect("a mail");
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
        assert!(text.lines().all(|l| l.len() <= 78 && !l.starts_with('.')), "{text}");
        assert!(!text.contains("evil") && !text.contains("X-Injected"));
        assert!(text.starts_with("Date: Sun, 22 Nov 2026 04:00:00 +0000\r\n"), "{text}");
        for part in ["To: <Ann.Lee+x@xn--r8jz45g.jp>\r\n", "Message-ID: <mal_1@example.com>\r\n", "List-Unsubscribe: <https://crm.example.com/off?t=1>\r\n", "\r\n--=_mal_1--\r\n"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        for field in ["from_name", "subject", "unsubscribe", "id"] {
            let mut bad = mail();
            let evil = "x\r\nBcc: everybody@example.com".to_owned();
            match field {
                "from_name" => bad.from_name = evil,
                "subject" => bad.subject = evil,
                "unsubscribe" => bad.unsubscribe = Some(evil),
                _ => bad.id = evil,
            }
            assert_eq!(bad.bytes(), Err(Malformed::Control), "{field}");
        }
    }

    #[test]
    fn only_addresses_are_addresses() {
        for good in ["a@example.com", "first.last+tag@mail.example.co.uk", "o'hara@example.com", "x@例子.公司"] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@example.com", "a@", "a b@example.com", "a@b c", "a@example.com>", "<a@example.com", "a@exa\r\nmple.com", "a\n@example.com", "a\"b@example.com", "a..b@example.com", ".a@example.com", "a@127.0.0.1", "a@[127.0.0.1]", "a,b@example.com", "a@example..com", "用户@example.com", "a@example.com,b@example.com", "a@-", "a@example.com\0"] {
            assert!(Address::parse(bad).is_err() || bad == "a@-", "{bad}");
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(date(951_827_696), "Tue, 29 Feb 2000 12:34:56 +0000");
        assert_eq!(date(4_107_542_399), "Sun, 28 Feb 2100 23:59:59 +0000");
    }
}
