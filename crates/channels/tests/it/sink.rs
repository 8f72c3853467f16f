//! Somebody who listens on the loopback, counts who came and keeps what they said.

use channels::egress::{Found, Resolve};
use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

pub const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");

/// Somebody who answers every connection with the same bytes.
pub struct Sink {
    pub port: u16,
    pub came: Arc<AtomicUsize>,
    pub heard: Arc<Mutex<Vec<u8>>>,
}

impl Sink {
    pub async fn start(answer: &'static [u8]) -> Sink {
        Sink::listen(answer, None).await
    }

    pub async fn secure(answer: &'static [u8]) -> Sink {
        Sink::listen(answer, Some(acceptor())).await
    }

    async fn listen(answer: &'static [u8], tls: Option<TlsAcceptor>) -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (came, heard) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, words) = (Arc::clone(&came), Arc::clone(&heard));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (tls, words) = (tls.clone(), Arc::clone(&words));
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => talk(stream, answer, words).await,
                            Err(_) => {}
                        },
                        None => talk(stream, answer, words).await,
                    }
                });
            }
        });
        Sink { port, came, heard }
    }

    pub fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("nobody panicked")).into_owned()
    }
}

fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("tls/server.pem")).collect::<Result<Vec<_>, _>>().expect("a chain");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(chain, key).expect("a certificate");
    TlsAcceptor::from(Arc::new(config))
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &'static [u8], words: Arc<Mutex<Vec<u8>>>) {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let Ok(n) = stream.read(&mut piece).await else { return };
        if n == 0 {
            return;
        }
        all.extend_from_slice(&piece[..n]);
        let text = String::from_utf8_lossy(&all).to_ascii_lowercase();
        let Some(head) = text.find("\r\n\r\n") else { continue };
        let length: usize = text.lines().find_map(|l| l.strip_prefix("content-length: ")).and_then(|n| n.trim().parse().ok()).unwrap_or(0);
        if all.len() >= head + 4 + length {
            break;
        }
    }
    words.lock().expect("nobody panicked").extend(all);
    if answer == b"STALL" {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    }
    stream.write_all(answer).await.ok();
    stream.flush().await.ok();
    // some go on talking for ever; nobody may have to listen
    if answer.ends_with(b"ENDLESS") {
        while stream.write_all(&[b'x'; 1024]).await.is_ok() {}
    }
}

/// Names that answer what the test says, one answer after another, the last one for ever.
pub struct Names {
    pub answers: Vec<io::Result<Vec<IpAddr>>>,
    pub asked: AtomicUsize,
}

impl Names {
    pub fn of(answers: &[&[&str]]) -> Arc<Names> {
        let answers = answers.iter().map(|all| Ok(all.iter().map(|a| a.parse().expect("an address")).collect())).collect();
        Arc::new(Names { answers, asked: AtomicUsize::new(0) })
    }
}

impl Resolve for Names {
    fn resolve(&self, _: &str) -> Found {
        let at = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len().saturating_sub(1));
        let answer = match self.answers.get(at) {
            Some(Ok(all)) => Ok(all.clone()),
            _ => Err(io::Error::other("no such name")),
        };
        Box::pin(async move { answer })
    }
}

/// A mail server with TLS, at once or after `STARTTLS`; what was said to it in secret.
pub async fn secure_mail(starttls: bool) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Arc::new(Mutex::new(String::new()));
    let words = Arc::clone(&heard);
    tokio::spawn(async move {
        let Ok((mut stream, _)) = listener.accept().await else { return };
        if starttls {
            let mut piece = [0; 512];
            for say in ["220 hello\r\n", "250-mail.test\r\n250 STARTTLS\r\n", "220 go on\r\n"] {
                stream.write_all(say.as_bytes()).await.expect("writes");
                if !say.starts_with("220 go") {
                    assert!(stream.read(&mut piece).await.expect("reads") > 0);
                }
            }
        }
        let mut stream = acceptor().accept(stream).await.expect("a handshake");
        let said = |text: &str| words.lock().expect("nobody panicked").push_str(text);
        if !starttls {
            stream.write_all(b"220 hello\r\n").await.expect("writes");
        }
        let (mut piece, mut data) = ([0; 8_192], false);
        loop {
            let Ok(n) = stream.read(&mut piece).await else { return };
            if n == 0 {
                return;
            }
            let text = String::from_utf8_lossy(&piece[..n]).into_owned();
            said(&text);
            let answer = match text.get(..4).unwrap_or_default() {
                _ if data && text.ends_with("\r\n.\r\n") => "250 taken\r\n",
                _ if data => continue,
                "EHLO" => "250-mail.test\r\n250 AUTH PLAIN\r\n",
                "AUTH" => "235 welcome\r\n",
                "DATA" => {
                    data = true;
                    "354 go on\r\n"
                }
                _ => "250 ok\r\n",
            };
            stream.write_all(answer.as_bytes()).await.expect("writes");
            stream.flush().await.expect("writes");
        }
    });
    (port, heard)
}
