//! A question to a service and its answer, read: for what signs people in. As everywhere no redirect is followed; the answer is cut at a
//! size no such document has; and nothing goes in the clear, but inside a network that was allowed.

use crate::{
    egress::{Egress, Refused, Stream},
    target::Target,
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::time::timeout;

/// How long a service may take, from the first byte to the last.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer.
pub const MOST: usize = 256 * 1024;
/// Who we say we are.
const AGENT: &str = concat!("Zhiyin/", env!("CARGO_PKG_VERSION"), " (sign-in)");

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question<'a> {
    /// a form that is posted; none: the address is read
    pub form: Option<&'a str>,
    /// `Authorization`
    pub authorization: Option<&'a str>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// its status
    pub status: u16,
    /// all of it
    pub body: Vec<u8>,
}

impl Egress {
    /// May this be asked at all? Looks nothing up.
    ///
    /// # Errors
    /// Why not.
    pub fn asks(&self, url: &str) -> Result<Target, Refused> {
        let target = Target::parse(url, self.policy())?;
        let allowed = target.tls || self.policy().inside.iter().any(|i| i.is(&target.host));
        if allowed { Ok(target) } else { Err(Refused::Scheme) }
    }

    /// Asks a service and reads its answer.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn ask(&self, url: &str, question: Question<'_>) -> Result<Answer, Refused> {
        let target = self.asks(url)?;
        timeout(PATIENCE, self.answer(&target, question)).await.map_err(|_| Refused::Slow)?
    }

    async fn answer(&self, target: &Target, question: Question<'_>) -> Result<Answer, Refused> {
        let plain = self.connect(&target.host, target.port).await?;
        plain.set_nodelay(true).ok();
        let stream: Box<dyn Stream> = if target.tls { self.secure(plain, &target.host).await? } else { Box::new(plain) };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Refused::Broken)?;
        let method = if question.form.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(target.path.as_str())
            .header(header::HOST, target.authority())
            .header(header::USER_AGENT, AGENT)
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close");
        if question.form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(authorization) = question.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = Bytes::copy_from_slice(question.form.unwrap_or_default().as_bytes());
        let request = request.body(Full::new(body)).map_err(|_| Refused::NoUrl)?;
        let whole = async {
            let answer = sender.send_request(request).await.map_err(|_| Refused::Broken)?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), MOST).collect().await.map_err(|_| Refused::Broken)?;
            Ok(Answer { status, body: body.to_bytes().to_vec() })
        };
        tokio::pin!(connection, whole);
        let mut over = false;
        loop {
            tokio::select! {
                answer = &mut whole => return answer,
                ended = &mut connection, if !over => {
                    ended.map_err(|_| Refused::Broken)?;
                    over = true;
                }
            }
        }
    }
}
