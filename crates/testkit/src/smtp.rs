//! A mail server on the loopback that keeps what it is given, and can be told to misbehave.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// How it misbehaves, once for each, in this order; after that it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// hangs up instead of greeting
    NoGreeting,
    /// answers this to `EHLO`
    Hello(u16),
    /// answers this to `AUTH`
    Login(u16),
    /// answers this to `RCPT`
    Recipient(u16),
    /// answers this to `DATA`
    Data(u16),
    /// answers this to the message
    Message(u16),
    /// takes the message and hangs up without a word
    Silent,
    /// hangs up in the middle of the message
    Cut,
}

/// A mail as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// `MAIL FROM`
    pub from: String,
    /// `RCPT TO`, each
    pub to: Vec<String>,
    /// the message, lines ended by `\r\n`
    pub text: String,
    /// what was said as name and password
    pub login: Option<String>,
    /// did it say that it has it?
    pub acknowledged: bool,
}

impl Arrived {
    /// A header, unfolded.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let found = head.lines().find_map(|l| l.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned()));
        found.unwrap_or_default()
    }
}

/// The mail server.
#[derive(Debug, Clone)]
pub struct Sink {
    /// where it listens
    pub port: u16,
    faults: Arc<Mutex<Vec<Fault>>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Sink {
    /// Listens on a free port of the loopback.
    ///
    /// # Errors
    /// When there is none.
    pub fn start() -> std::io::Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let sink = Sink { port: listener.local_addr()?.port(), faults: Arc::default(), arrived: Arc::default() };
        let here = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let here = here.clone();
                thread::spawn(move || here.serve(stream));
            }
        });
        Ok(sink)
    }

    /// Misbehaves from now on in these ways, one a connection.
    pub fn misbehave(&self, faults: &[Fault]) {
        *lock(&self.faults) = faults.iter().rev().copied().collect();
    }

    /// What arrived.
    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.arrived).clone()
    }

    /// What it says it has.
    pub fn kept(&self) -> Vec<Arrived> {
        self.arrived().into_iter().filter(|a| a.acknowledged).collect()
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let fault = lock(&self.faults).pop();
        if fault == Some(Fault::NoGreeting) {
            return None;
        }
        let mut out = stream.try_clone().ok()?;
        let mut lines = BufReader::new(stream);
        let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).ok();
        say("220 sink.test ESMTP")?;
        let mut mail = Arrived { from: String::new(), to: Vec::new(), text: String::new(), login: None, acknowledged: false };
        let refuses = |of: fn(Fault) -> Option<u16>| fault.and_then(of);
        loop {
            let line = line(&mut lines)?;
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => match refuses(|f| if let Fault::Hello(c) = f { Some(c) } else { None }) {
                    Some(code) => say(&format!("{code} no"))?,
                    None => say("250-sink.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME")?,
                },
                "AUTH" => {
                    mail.login = Some(line.clone());
                    match refuses(|f| if let Fault::Login(c) = f { Some(c) } else { None }) {
                        Some(code) => say(&format!("{code} no"))?,
                        None => say("235 welcome")?,
                    }
                }
                "MAIL" => {
                    mail.from = line;
                    say("250 ok")?;
                }
                "RCPT" => match refuses(|f| if let Fault::Recipient(c) = f { Some(c) } else { None }) {
                    Some(code) => say(&format!("{code} no such mailbox"))?,
                    None => {
                        mail.to.push(line);
                        say("250 ok")?;
                    }
                },
                "DATA" => {
                    if let Some(code) = refuses(|f| if let Fault::Data(c) = f { Some(c) } else { None }) {
                        say(&format!("{code} no"))?;
                        continue;
                    }
                    say("354 go on")?;
                    loop {
                        let text = self::line(&mut lines)?;
                        if fault == Some(Fault::Cut) {
                            return None;
                        }
                        if text == "." {
                            break;
                        }
                        mail.text.push_str(text.strip_prefix('.').unwrap_or(&text));
                        mail.text.push_str("\r\n");
                    }
                    let code = refuses(|f| if let Fault::Message(c) = f { Some(c) } else { None });
                    mail.acknowledged = code.is_none() && fault != Some(Fault::Silent);
                    lock(&self.arrived).push(mail.clone());
                    if fault == Some(Fault::Silent) {
                        return None;
                    }
                    say(&code.map_or("250 taken".to_owned(), |c| format!("{c} no")))?;
                }
                "QUIT" => {
                    say("221 bye")?;
                    return None;
                }
                _ => say("500 what?")?,
            }
        }
    }
}

/// A line as a lenient server reads it: ended by LF, whether a CR is before it or not.
fn line(lines: &mut BufReader<TcpStream>) -> Option<String> {
    let mut bytes = Vec::new();
    (lines.read_until(b'\n', &mut bytes).ok()? > 0).then_some(())?;
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
