//! `zhiyin demo`: a sample business of 10,000 customers, already imported and classified, in the browser.

use super::{import, serve};
use crate::{
    args::{Files, Reckoning},
    compose,
    exit::{Code, Failure, Outcome},
    interrupt::Interrupt,
    reckon,
    voice::Voice,
};
use api::account::SetupForm;
use channels::Egress;
use flow::businesses::Place;
use domain::{Currency, Day, Lang, Zone, clock::{Clock, SystemClock}};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// The owner of the sample business. It listens on this machine only and holds made-up people.
const EMAIL: &str = "demo@example.com";
const PASSWORD: &str = "know-every-customer";
/// Written last, so that a demo that was cut short is made anew.
const DONE: &str = "demo.json";

/// Makes the sample business if there is none of today, and serves it on this machine.
pub async fn run(port: u16, size: (u32, u64), data: Option<PathBuf>, dry_run: bool, voice: &Voice) -> Outcome {
    let (customers, seed) = size;
    let zone = Zone::parse("Asia/Shanghai").unwrap_or_else(Zone::utc);
    let today = zone.day(SystemClock.now());
    let data = data.unwrap_or_else(|| cache().join("demo").join(voice.lang.tag()));
    let made = serde_json::json!({"customers": customers, "seed": seed, "day": today, "version": env!("CARGO_PKG_VERSION")});
    let reach = serve::Reach { listen: format!("127.0.0.1:{port}"), origin: None, proxies: 0, requests_a_minute: serve::REQUESTS_A_MINUTE };
    let fresh = std::fs::read_to_string(data.join(DONE)).ok().is_some_and(|text| text == made.to_string());
    if dry_run {
        let address = format!("http://{}", reach.listen);
        voice.answer(&serde_json::json!({"data": data, "made": !fresh, "customers": customers, "address": address, "dry_run": true}), || {
            let (zh, en) = if fresh { ("会打开", "Would open") } else { ("会生成", "Would make") };
            let zh = format!("{zh} {customers} 位客户的示例生意：{}，并在 {address} 提供服务", data.display());
            let en = format!("{en} a sample business of {customers} customers in {} and serve it at {address}", data.display());
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let listener = serve::listen(&reach.listen).await?;
    if !fresh && data.join("zhiyin.db").exists() {
        // Only what an earlier demo wrote is thrown away; any other folder is left alone.
        if !data.join("demo-files").exists() {
            return Err(Failure::new(
                Code::Conflict,
                "demo.folder",
                format!("{} 里有不是示例的数据", data.display()),
                format!("{} holds data that is not a sample", data.display()),
            )
            .hint("用 --data 换一个目录", "choose another folder with --data"));
        }
        std::fs::remove_dir_all(&data).map_err(|e| Failure::file(&data, &e))?;
    }
    let url = format!("sqlite:{}", data.join("zhiyin.db").display());
    let app = Arc::new(compose::open_at(&data, &url).await?);
    let place = Place { data: data.clone(), url };
    let houses = serve::houses(Arc::clone(&app), place, &reach, Egress::default());
    // whoever has read the address may end it
    let interrupt = Interrupt::watch(voice);
    if !fresh {
        make(&data, houses.first(), size, today, &interrupt, voice).await?;
    }
    houses.refresh().await.map_err(|e| Failure::new(Code::Failed, "serve", e.to_string(), e.to_string()))?;
    if !fresh {
        std::fs::write(data.join(DONE), made.to_string()).map_err(|e| Failure::file(&data, &e))?;
    }
    app.runs.warm(&app).await?;
    let address = serve::address(&listener, &reach)?;
    voice.say(
        &format!("\n示例生意在 {address}\n  邮箱 {EMAIL}\n  密码 {PASSWORD}\n（Ctrl-C 停止）"),
        &format!("\nThe sample business is at {address}\n  e-mail   {EMAIL}\n  password {PASSWORD}\n(Ctrl-C stops)"),
    );
    voice.document(&serde_json::json!({"address": address, "email": EMAIL, "password": PASSWORD}));
    serve::serve(listener, houses, interrupt).await
}

async fn make(data: &Path, ctx: &api::Ctx, size: (u32, u64), today: Day, interrupt: &Interrupt, voice: &Voice) -> Result<(), Failure> {
    let (customers, seed) = size;
    let app = &ctx.app;
    voice.say(&format!("正在生成 {customers} 位客户的示例生意 …"), &format!("making a sample business of {customers} customers …"));
    let folder = data.join("demo-files");
    let files = sample::write_files(&folder, customers, seed, voice.lang, today).map_err(|e| Failure::file(&folder, &e))?;
    let reckoning = Reckoning { time_zone: Some("Asia/Shanghai".into()), currency: None };
    let name = voice.lang.pick("山间茶铺（示例）", "Mountain Tea (sample)");
    let reckoned = reckon::reckon(app, &reckoning, Some(Currency::CNY), name, voice.lang).await?;
    reckon::settle(app, &reckoned).await?;
    let files = Files { file: files, ..Files::default() };
    // how each of its files was read is the import page's business
    let still = Voice { quiet: true, ..voice.clone() };
    import::bring(app, &files, false, interrupt, &still).await?;
    owner(ctx, name, voice.lang).await
}

async fn owner(ctx: &api::Ctx, workspace: &str, lang: Lang) -> Result<(), Failure> {
    let failed = |e: api::Error| Failure::new(Code::Failed, "demo.owner", format!("{e}"), format!("{e}"));
    let Some(token) = api::account::offer_setup(ctx).await.map_err(failed)? else { return Ok(()) };
    let form = SetupForm {
        token,
        name: lang.pick("店主", "Owner").to_owned(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        workspace_name: workspace.to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        currency: "CNY".to_owned(),
        lang: lang.tag().to_owned(),
    };
    let here = api::Peer { address: "127.0.0.1".into(), agent: String::new() };
    let scope = api::account::complete_setup(ctx, form, &here).await.map_err(failed)?;
    // nobody has its cookie: it would stand among the owner's sessions as one they do not know
    api::account::sign_out(ctx, scope.person().map_err(failed)?).await.map_err(failed)?;
    Ok(())
}

/// Where a demo is kept when nothing else is said.
fn cache() -> PathBuf {
    let home = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".cache")));
    home.unwrap_or_else(std::env::temp_dir).join("zhiyin")
}
