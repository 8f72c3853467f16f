//! Settings of a process: defaults < zhiyin.toml < environment < flags.

use crate::{
    args::{Global, Home},
    exit::{Code, Failure},
};
use channels::{Egress, Policy};
use domain::Lang;
use serde::Deserialize;
use std::path::PathBuf;

/// `zhiyin.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `lang = "zh-CN"`
    pub lang: Option<String>,
    /// `[store] url = "postgres://…"`
    pub store: StoreConfig,
    /// `[data] folder = "…"`
    pub data: DataConfig,
    /// `[server] listen = "127.0.0.1:8080"`
    pub server: ServerConfig,
    /// `[egress] allow = ["erp.internal:8080"]`
    pub egress: EgressConfig,
    /// the business of the server that `--business` names
    #[serde(skip)]
    pub chosen: Option<flow::businesses::Place>,
}

/// The database.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite:…` or `postgres://…`
    pub url: Option<String>,
}

/// The data folder.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// where files are kept
    pub folder: Option<PathBuf>,
}

/// The server.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// address to listen on
    pub listen: Option<String>,
    /// the address people type
    pub origin: Option<String>,
    /// requests a minute of each token, session and address; 0: as many as they like
    pub requests_a_minute: Option<u32>,
}

/// Where webhooks and mail may go besides public addresses on ports 80 and 443.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EgressConfig {
    /// further ports of webhooks
    pub ports: Vec<u16>,
    /// places inside the network: `host`, `host:port`, an address, or a network like `10.1.0.0/16`
    pub allow: Vec<String>,
    /// a file of certificates (PEM) of authorities that are trusted besides the public ones
    pub authorities: Option<PathBuf>,
}

impl EgressConfig {
    /// What flags say is added to what the file says.
    pub fn and(&mut self, ports: &[u16], allow: &[String]) {
        self.ports.extend_from_slice(ports);
        self.allow.extend_from_slice(allow);
    }

    /// The client that goes out.
    ///
    /// # Errors
    /// When a place or a certificate cannot be read.
    pub fn client(&self) -> Result<Egress, Failure> {
        let mut policy = Policy::default();
        policy.ports.extend(&self.ports);
        for place in &self.allow {
            policy.inside.push(place.parse().map_err(|e: String| {
                Failure::new(Code::Config, "egress", format!("[egress] allow 里的 {place:?} 既不是主机、主机:端口，也不是 10.1.0.0/16 这样的网段"), format!("[egress] allow: {e}"))
            })?);
        }
        let client = Egress::new(policy);
        let Some(path) = &self.authorities else { return Ok(client) };
        let pem = std::fs::read(path).map_err(|e| Failure { code: Code::Config, ..Failure::file(path, &e) })?;
        client.with_authorities(&pem).map_err(|e| Failure::new(Code::Config, "egress", format!("{} 里没有可用的证书：{e}", path.display()), format!("{} holds no certificate that can be used: {e}", path.display())))
    }
}

impl Config {
    /// Reads the file that was named, or `./zhiyin.toml` if there is one.
    ///
    /// # Errors
    /// When the file cannot be read or has something unknown in it.
    pub fn load(global: &Global) -> Result<Config, Failure> {
        let usual = PathBuf::from("zhiyin.toml");
        let path = match &global.config {
            Some(path) => path,
            None if usual.exists() => &usual,
            None => return Ok(Config::default()),
        };
        let text = std::fs::read_to_string(path).map_err(|e| Failure { code: Code::Config, ..Failure::file(path, &e) })?;
        let config: Config = toml::from_str(&text).map_err(|e| {
            Failure::new(Code::Config, "config", format!("{} 有误：{e}", path.display()), format!("{} is wrong: {e}", path.display()))
        })?;
        match config.lang.as_deref().filter(|l| !known_language(l)) {
            None => Ok(config),
            Some(lang) => Err(Failure::new(
                Code::Config,
                "language",
                format!("{}：没有语言 {lang:?}，可以是 zh-CN、en", path.display()),
                format!("{}: there is no language {lang:?}; it may be zh-CN or en", path.display()),
            )),
        }
    }
}

/// Is it a tag of a language we speak (`zh`, `zh-CN`, `zh_CN.UTF-8`, `en`, `en-US`, …)?
pub fn known_language(text: &str) -> bool {
    let tag = text.trim().to_ascii_lowercase();
    let tongue = tag.split(['-', '_', '.']).next().unwrap_or_default();
    matches!(tongue, "zh" | "en")
}

/// The reader's language: flag, file, LC_ALL, LANG, else English.
pub fn language(flag: Option<&str>, config: Option<&str>) -> Lang {
    let environment = || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|k| std::env::var(k).ok().filter(|v| !v.is_empty()));
    match flag.or(config) {
        Some(text) => Lang::parse(text),
        None => environment().map_or(Lang::En, |text| Lang::parse(&text)),
    }
}

/// Data folder and database of a command.
pub fn place(home: &Home, config: &Config) -> (PathBuf, String) {
    if let Some(chosen) = &config.chosen {
        return (chosen.data.clone(), chosen.url.clone());
    }
    let data = home.data.clone().or_else(|| config.data.folder.clone()).unwrap_or_else(|| PathBuf::from("zhiyin-data"));
    let url = home.store.clone().or_else(|| config.store.url.clone());
    let url = url.unwrap_or_else(|| format!("sqlite:{}", std::path::absolute(&data).unwrap_or_else(|_| data.clone()).join("zhiyin.db").display()));
    (data, url)
}
