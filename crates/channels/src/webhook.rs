//! One message to one address by HTTP, and a receipt. The answer's status is kept, and nothing of what it says.

use crate::{
    egress::{Egress, Refused, Stream},
    target::Target,
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::time::timeout;

/// How long whoever is called may take, from the first byte to the status.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// Who we say we are.
const AGENT: &str = concat!("Zhiyin/", env!("CARGO_PKG_VERSION"), " (webhook)");

/// What is sent.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// `webhook-id`: the same however often it is sent
    pub id: &'a str,
    /// `webhook-timestamp`: of this attempt, seconds
    pub seconds: i64,
    /// `webhook-signature`
    pub signature: &'a str,
    /// JSON
    pub body: &'a str,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// the answer's status
    pub status: u16,
}

impl Receipt {
    /// Was it taken?
    pub fn taken(self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Does nobody want any more of it there?
    pub fn gone(self) -> bool {
        self.status == 410
    }
}

impl Egress {
    /// Sends a message to a URL. No redirect is followed, and the answer's body is not read.
    ///
    /// # Errors
    /// Why there is no answer; nothing was sent unless it is [`Refused::Slow`] or [`Refused::Broken`].
    pub async fn post(&self, url: &str, message: &Message<'_>) -> Result<Receipt, Refused> {
        let target = Target::parse(url, self.policy())?;
        timeout(PATIENCE, self.send(&target, message)).await.map_err(|_| Refused::Slow)?
    }

    async fn send(&self, target: &Target, message: &Message<'_>) -> Result<Receipt, Refused> {
        let plain = self.connect(&target.host, target.port).await?;
        plain.set_nodelay(true).ok();
        let stream: Box<dyn Stream> = if target.tls { self.secure(plain, &target.host).await? } else { Box::new(plain) };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Refused::Broken)?;
        let request = Request::post(target.path.as_str())
            .header(header::HOST, target.authority())
            .header(header::USER_AGENT, AGENT)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.seconds)
            .header("webhook-signature", message.signature)
            .body(Full::new(Bytes::copy_from_slice(message.body.as_bytes())))
            .map_err(|_| Refused::NoUrl)?;
        let answer = sender.send_request(request);
        tokio::pin!(connection, answer);
        let mut over = false;
        loop {
            tokio::select! {
                head = &mut answer => return head.map(|a| Receipt { status: a.status().as_u16() }).map_err(|_| Refused::Broken),
                ended = &mut connection, if !over => {
                    ended.map_err(|_| Refused::Broken)?;
                    over = true;
                }
            }
        }
    }
}
