//! `zhiyin serve`: the web app and the API over a data folder.

use crate::{
    args::Home,
    chosen, compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    voice::Voice,
};
use api::{Ctx, Houses};
use channels::Egress;
use flow::{app::App, businesses::Place};
use std::{process::ExitCode, sync::Arc};
use tokio::net::TcpListener;

/// How the server is reached.
pub struct Reach {
    /// address to listen on
    pub listen: String,
    /// the address people type
    pub origin: Option<String>,
    /// trusted reverse proxies
    pub proxies: usize,
    /// requests a minute of each caller; 0: as many as they like
    pub requests_a_minute: u32,
}

/// Two thousand a second: what a program that does its work may need, and less than one that runs away asks for.
pub const REQUESTS_A_MINUTE: u32 = 120_000;

/// Serves until Ctrl-C or a termination signal.
pub async fn run(home: &Home, reach: Reach, config: &Config, voice: &Voice) -> Outcome {
    let app = Arc::new(compose::open(home, config).await?);
    let listener = listen(&reach.listen).await?;
    let houses = houses(app, chosen::first(home, config), &reach, config.egress.client()?);
    houses.refresh().await.map_err(|e| Failure::new(Code::Failed, "serve", e.to_string(), e.to_string()))?;
    let address = address(&listener, &reach)?;
    // whoever has read the address may end it
    let interrupt = Interrupt::watch(voice);
    match offer(houses.first()).await? {
        Some(token) => {
            let link = format!("{address}/setup#token={token}");
            voice.say(&format!("第一次启动：请打开 {link} 建立所有者账号（链接只能用一次）"), &format!("First start: open {link} to make the owner account (the link works once)"));
            voice.document(&serde_json::json!({"address": address, "setup": link}));
        }
        None => {
            voice.say(&format!("正在服务 {address} （Ctrl-C 停止）"), &format!("Serving {address} (Ctrl-C stops)"));
            voice.document(&serde_json::json!({"address": address}));
        }
    }
    serve(listener, houses, interrupt).await
}

/// Listens, or says why not.
pub async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => Failure::new(Code::Conflict, "port", format!("{address} 已被占用"), format!("{address} is in use"))
            .hint("用 --listen 或 --port 换一个端口", "choose another port with --listen or --port"),
        _ => Failure::new(Code::Failed, "listen", format!("无法监听 {address}：{e}"), format!("cannot listen on {address}: {e}")),
    })
}

/// The businesses of the server, around its first.
pub fn houses(app: Arc<App>, place: Place, reach: &Reach, egress: Egress) -> Arc<Houses> {
    let config = api::Config { origin: reach.origin.clone(), proxies: reach.proxies, requests_a_minute: Some(reach.requests_a_minute), ..api::Config::default() };
    Houses::new(app, config, place, Arc::new(compose::Beside { egress }))
}

/// The address people type.
pub fn address(listener: &TcpListener, reach: &Reach) -> Result<String, Failure> {
    let local = listener.local_addr().map_err(|e| Failure::new(Code::Failed, "listen", e.to_string(), e.to_string()))?;
    Ok(reach.origin.clone().unwrap_or_else(|| format!("http://{local}")))
}

async fn offer(ctx: &Ctx) -> Result<Option<String>, Failure> {
    api::account::offer_setup(ctx).await.map_err(|e| Failure::new(Code::Failed, "setup", format!("{e}"), format!("{e}")))
}

/// Serves, does the jobs, and ends cleanly.
pub async fn serve(listener: TcpListener, houses: Arc<Houses>, interrupt: Interrupt) -> Outcome {
    let work = tokio::spawn(Arc::clone(&houses).work());
    let outcome = api::serve(listener, Arc::clone(&houses), async move { interrupt.wait().await }).await;
    work.await.ok();
    houses.rest().await;
    outcome.map_err(|e| Failure::new(Code::Failed, "serve", e.to_string(), e.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
