//! One mail to one relay by SMTP. It says whether the relay took it, will never take it, or may take it later. Between the end of the
//! message and the relay's word nobody can know; then it is sent again under the same `Message-ID`.

use crate::{
    egress::{Egress, Refused, Stream},
    mail::{Mail, Malformed},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{fmt, time::Duration};
use tokio::{io::{AsyncReadExt, AsyncWriteExt}, time::timeout};

/// How long the relay may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long for the whole mail.
const WHOLE: Duration = Duration::from_secs(120);
/// Longest answer.
const ANSWER: usize = 16_384;
/// Ports mail is handed in at.
pub const PORTS: [u16; 4] = [25, 465, 587, 2525];

/// How the connection is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (465)
    Tls,
    /// TLS after `STARTTLS` (587); without it nothing is sent
    StartTls,
    /// not at all: inside one's own network
    None,
}

/// A mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    /// name
    pub host: String,
    /// port
    pub port: u16,
    /// how it is kept secret
    pub security: Security,
    /// name and password, if it asks for them
    pub login: Option<(String, String)>,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({}:{})", self.host, self.port)
    }
}

/// Why it was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// there is no connection
    #[error(transparent)]
    Refused(#[from] Refused),
    /// this is no mail
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// the relay does not know the name and password
    #[error("the mail server refuses the login ({0})")]
    Login(u16),
    /// not now
    #[error("the mail server asks to try later ({0})")]
    Later(u16),
    /// never
    #[error("the mail server refuses the mail ({0})")]
    Never(u16),
    /// it was said, and what became of it is not known
    #[error("the connection broke before the mail server's word")]
    Unknown,
}

impl Unsent {
    /// Would trying again be no use?
    pub fn hopeless(self) -> bool {
        matches!(self, Unsent::Never(_) | Unsent::Malformed(_))
    }

    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Unsent::Refused(e) => e.key(),
            Unsent::Malformed(Malformed::Address) => "address",
            Unsent::Malformed(Malformed::Control) => "control",
            Unsent::Login(_) => "login",
            Unsent::Later(_) => "later",
            Unsent::Never(_) => "never",
            Unsent::Unknown => "unknown",
        }
    }

    /// What the relay answered, if it did.
    pub fn code(self) -> Option<u16> {
        match self {
            Unsent::Login(code) | Unsent::Later(code) | Unsent::Never(code) => Some(code),
            _ => None,
        }
    }
}

impl Egress {
    /// Hands a mail to a relay.
    ///
    /// # Errors
    /// Why it was not sent.
    pub async fn mail(&self, relay: &Relay, mail: &Mail) -> Result<(), Unsent> {
        let bytes = mail.bytes()?;
        let allowed = PORTS.contains(&relay.port) || self.policy().takes(&relay.host, relay.port);
        if !allowed {
            return Err(Refused::Port.into());
        }
        match timeout(WHOLE, self.hand_in(relay, mail, &bytes)).await {
            Ok(ended) => ended,
            Err(_) => Err(Refused::Slow.into()),
        }
    }

    async fn hand_in(&self, relay: &Relay, mail: &Mail, bytes: &[u8]) -> Result<(), Unsent> {
        let plain = self.connect(&relay.host, relay.port).await?;
        let stream: Box<dyn Stream> = match relay.security {
            Security::Tls => self.secure(plain, &relay.host).await?,
            _ => Box::new(plain),
        };
        let mut talk = Talk { stream, heard: Vec::new() };
        talk.hear().await?.expect(2)?;
        let greeting = format!("EHLO {}", mail.from.domain());
        let mut offers = talk.ask(&greeting).await?;
        if relay.security == Security::StartTls {
            offers.expect(2)?;
            // whoever takes STARTTLS out of the offer wants to listen
            if !offers.has("STARTTLS") {
                return Err(Refused::Tls.into());
            }
            talk.ask("STARTTLS").await?.expect(2)?;
            // what was said before the handshake was said by anybody
            if !talk.heard.is_empty() {
                return Err(Refused::Tls.into());
            }
            talk = Talk { stream: self.secure(talk.stream, &relay.host).await?, heard: Vec::new() };
            offers = talk.ask(&greeting).await?;
        }
        offers.expect(2)?;
        if let Some((user, password)) = &relay.login {
            talk.log_in(&offers, user, password).await?;
        }
        talk.ask(&format!("MAIL FROM:<{}>", mail.from.text())).await?.expect(2)?;
        talk.ask(&format!("RCPT TO:<{}>", mail.to.text())).await?.expect(2)?;
        talk.ask("DATA").await?.expect(3)?;
        let mut data = Vec::with_capacity(bytes.len() + 64);
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            if line.first() == Some(&b'.') {
                data.push(b'.');
            }
            data.extend_from_slice(line);
        }
        data.extend_from_slice(b".\r\n");
        talk.say(&data).await?;
        // from here on the relay may have it
        match talk.hear().await {
            Ok(answer) => answer.expect(2)?,
            Err(_) => return Err(Unsent::Unknown),
        }
        talk.say(b"QUIT\r\n").await.ok();
        Ok(())
    }
}

/// What a relay answered.
struct Answer {
    code: u16,
    lines: Vec<String>,
}

impl Answer {
    fn expect(&self, class: u16) -> Result<(), Unsent> {
        match self.code / 100 {
            c if c == class => Ok(()),
            4 => Err(Unsent::Later(self.code)),
            5 => Err(Unsent::Never(self.code)),
            _ => Err(Refused::Broken.into()),
        }
    }

    fn has(&self, word: &str) -> bool {
        self.lines.iter().any(|l| l.split_whitespace().next().is_some_and(|w| w.eq_ignore_ascii_case(word)))
    }

    fn offers(&self, way: &str) -> bool {
        self.lines.iter().any(|l| {
            let mut words = l.split([' ', '=']);
            words.next().is_some_and(|w| w.eq_ignore_ascii_case("AUTH")) && words.any(|w| w.eq_ignore_ascii_case(way))
        })
    }
}

struct Talk {
    stream: Box<dyn Stream>,
    heard: Vec<u8>,
}

impl Talk {
    async fn say(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        let said = timeout(PATIENCE, async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        });
        said.await.map_err(|_| Refused::Slow)?.map_err(|_| Refused::Broken)
    }

    async fn ask(&mut self, line: &str) -> Result<Answer, Refused> {
        // every part of a line of ours was looked at before; this is the last door
        if line.contains(['\r', '\n', '\0']) {
            return Err(Refused::Broken);
        }
        self.say(format!("{line}\r\n").as_bytes()).await?;
        self.hear().await
    }

    async fn hear(&mut self) -> Result<Answer, Refused> {
        let mut lines = Vec::new();
        let mut length = 0;
        loop {
            let line = self.line().await?;
            length += line.len();
            let code = line.get(..3).and_then(|c| c.parse::<u16>().ok()).filter(|c| (200..600).contains(c)).ok_or(Refused::Broken)?;
            lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Answer { code, lines });
            }
            if length > ANSWER {
                return Err(Refused::Broken);
            }
        }
    }

    async fn line(&mut self) -> Result<String, Refused> {
        loop {
            if let Some(end) = self.heard.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.heard.len() > ANSWER {
                return Err(Refused::Broken);
            }
            let mut piece = [0; 1_024];
            let n = timeout(PATIENCE, self.stream.read(&mut piece)).await.map_err(|_| Refused::Slow)?.map_err(|_| Refused::Broken)?;
            let Some(some) = piece.get(..n).filter(|s| !s.is_empty()) else { return Err(Refused::Broken) };
            self.heard.extend_from_slice(some);
        }
    }

    async fn log_in(&mut self, offers: &Answer, user: &str, password: &str) -> Result<(), Unsent> {
        let word = |answer: &Answer, class: u16| match answer.code {
            // for now: too many tries, or a server that cannot look passwords up
            421 | 451 | 454 => Err(Unsent::Later(answer.code)),
            code if code / 100 == class => Ok(()),
            code => Err(Unsent::Login(code)),
        };
        if offers.offers("PLAIN") || !offers.offers("LOGIN") {
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            return word(&self.ask(&format!("AUTH PLAIN {secret}")).await?, 2);
        }
        word(&self.ask("AUTH LOGIN").await?, 3)?;
        word(&self.ask(&STANDARD.encode(user)).await?, 3)?;
        word(&self.ask(&STANDARD.encode(password)).await?, 2)
    }
}
