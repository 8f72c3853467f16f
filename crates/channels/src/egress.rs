//! The one way out. A name is looked up once; unless *every* address it has may be reached, none is; and the connection goes to
//! exactly an address that was looked at. So a name that answers differently the second time gains nothing, and neither does a
//! redirect: none is followed.

use crate::target::{Policy, Target};
use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};
use tokio::{io::{AsyncRead, AsyncWrite}, net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

/// How long a look-up and a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Why nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// not a URL
    #[error("this is no web address")]
    NoUrl,
    /// longer than [`crate::target::LONGEST`]
    #[error("the address is too long")]
    Long,
    /// neither `http` nor `https`
    #[error("only http and https are spoken")]
    Scheme,
    /// a name and a password in the address
    #[error("the address holds a name or a password")]
    Credentials,
    /// a port that is not allowed
    #[error("this port is not allowed")]
    Port,
    /// an address inside the network
    #[error("this leads inside the network")]
    Inside,
    /// the name has no address, or could not be looked up
    #[error("the name could not be looked up")]
    Lookup,
    /// nobody answers there
    #[error("nobody answers there")]
    Connect,
    /// whoever answers is not who they should be
    #[error("no trusted connection could be made")]
    Tls,
    /// it took too long
    #[error("it took too long")]
    Slow,
    /// the connection broke, or what came was no answer
    #[error("the connection broke")]
    Broken,
}

impl Refused {
    /// Machine name.
    pub fn key(self) -> &'static str {
        match self {
            Refused::NoUrl => "no_url",
            Refused::Long => "long",
            Refused::Scheme => "scheme",
            Refused::Credentials => "credentials",
            Refused::Port => "port",
            Refused::Inside => "inside",
            Refused::Lookup => "lookup",
            Refused::Connect => "connect",
            Refused::Tls => "tls",
            Refused::Slow => "slow",
            Refused::Broken => "broken",
        }
    }
}

/// What a look-up answers.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of names.
pub trait Resolve: Send + Sync {
    /// Every address of a name.
    fn resolve(&self, host: &str) -> Found;
}

/// The operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Resolve for System {
    fn resolve(&self, host: &str) -> Found {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|a| a.ip()).collect()) })
    }
}

/// A connection, plain or not.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The client; cheap to clone.
#[derive(Clone)]
pub struct Egress {
    policy: Arc<Policy>,
    names: Arc<dyn Resolve>,
    tls: TlsConnector,
}

impl Default for Egress {
    fn default() -> Egress {
        Egress::new(Policy::default())
    }
}

impl Egress {
    /// A client that goes where the policy allows.
    pub fn new(policy: Policy) -> Egress {
        Egress { policy: Arc::new(policy), names: Arc::new(System), tls: connector(public_roots()) }
    }

    /// With another look-up of names.
    pub fn with_names(self, names: Arc<dyn Resolve>) -> Egress {
        Egress { names, ..self }
    }

    /// Trusts these authorities besides the public ones: a file of certificates in PEM.
    ///
    /// # Errors
    /// When the text holds no certificate.
    pub fn with_authorities(self, pem: &[u8]) -> io::Result<Egress> {
        let mut roots = public_roots();
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?;
            roots.add(certificate).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?;
            count += 1;
        }
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "there is no certificate in it"));
        }
        Ok(Egress { tls: connector(roots), ..self })
    }

    /// What is allowed.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Reads a URL and looks its name up; opens no connection.
    ///
    /// # Errors
    /// Why nothing may go there.
    pub async fn look(&self, url: &str) -> Result<Target, Refused> {
        let target = Target::parse(url, &self.policy)?;
        self.addresses(&target.host, target.port).await?;
        Ok(target)
    }

    /// The addresses of a host, if all of them may be reached.
    async fn addresses(&self, host: &str, port: u16) -> Result<Vec<IpAddr>, Refused> {
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => timeout(CONNECT, self.names.resolve(host)).await.map_err(|_| Refused::Lookup)?.map_err(|_| Refused::Lookup)?,
        };
        if found.is_empty() {
            return Err(Refused::Lookup);
        }
        match found.iter().all(|a| self.policy.allows(host, port, *a)) {
            true => Ok(found),
            false => Err(Refused::Inside),
        }
    }

    /// Connects to a host: to one of the addresses that were just looked at, and to nothing else.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Refused> {
        let mut last = Refused::Connect;
        // IPv4 first: where IPv6 leads nowhere nobody should have to wait for it
        let mut addresses = self.addresses(host, port).await?;
        addresses.sort_by_key(IpAddr::is_ipv6);
        for address in addresses.into_iter().take(4) {
            match timeout(CONNECT, TcpStream::connect(SocketAddr::new(address, port))).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(_)) => last = Refused::Connect,
                Err(_) => last = Refused::Slow,
            }
        }
        Err(last)
    }

    /// Speaks TLS over a connection, with whoever proves to be `host`.
    ///
    /// # Errors
    /// [`Refused::Tls`]
    pub async fn secure<S: Stream + 'static>(&self, stream: S, host: &str) -> Result<Box<dyn Stream>, Refused> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Refused::Tls)?;
        let shaken = timeout(CONNECT, self.tls.connect(name, stream)).await.map_err(|_| Refused::Slow)?;
        Ok(Box::new(shaken.map_err(|_| Refused::Tls)?))
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn connector(roots: RootCertStore) -> TlsConnector {
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    // ring knows TLS 1.2 and 1.3; that is what this can fail of
    let config = match versions {
        Ok(builder) => builder.with_root_certificates(roots).with_no_client_auth(),
        Err(_) => ClientConfig::builder().with_root_certificates(roots).with_no_client_auth(),
    };
    TlsConnector::from(Arc::new(config))
}
