//! `zhiyin business`: the businesses of a server. The first is the data folder itself; others are beside it and behind `/w/<slug>`.

use super::import;
use crate::{
    args::{BusinessAction, Home},
    chosen, compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use api::Ctx;
use flow::{
    app::App,
    businesses::{self, BusinessState, BusinessView},
    people::By,
};
use serde_json::json;
use std::{process::ExitCode, sync::Arc};
use store::{Size, business::Business};

fn by() -> By {
    By::machine(import::AUTHOR)
}

/// Does what was asked for.
pub async fn run(action: BusinessAction, config: &Config, voice: &Voice) -> Outcome {
    match action {
        BusinessAction::List { home } => list(&home, config, voice).await,
        BusinessAction::Add { home, slug, origin, attempt } => add(&home, &slug, origin, attempt.dry_run, config, voice).await,
        BusinessAction::Link { home, slug, origin, attempt } => link(&home, &slug, origin, attempt.dry_run, config, voice).await,
        BusinessAction::Archive { home, slug, attempt } => turn(&home, &slug, true, attempt.dry_run, config, voice).await,
        BusinessAction::Reopen { home, slug, attempt } => turn(&home, &slug, false, attempt.dry_run, config, voice).await,
    }
}

/// Opens a further business, or says that its data is not there.
async fn opened(home: &Home, b: &Business, config: &Config) -> Result<Option<App>, Failure> {
    let place = chosen::first(home, config).of(&b.id)?;
    if b.made_at.is_none() {
        place.make(&b.id).await?;
    } else if !place.exists().await? {
        return Ok(None);
    }
    Ok(Some(compose::open_sized(&place.data, &place.url, Size::shared(usize::MAX)).await?))
}

async fn list(home: &Home, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let place = chosen::first(home, config);
    let mut all = Vec::new();
    for b in businesses::list(&app).await? {
        let there = if b.archived_at.is_none() { opened(home, &b, config).await? } else { None };
        let state = match (&b.archived_at, &there) {
            (Some(_), _) => BusinessState::Archived,
            (None, Some(_)) => BusinessState::Open,
            (None, None) => BusinessState::Missing,
        };
        all.push(businesses::view(&b, &place.of(&b.id)?, state, there.as_ref()).await?);
        if let Some(there) = there {
            there.store.close().await;
        }
    }
    app.store.close().await;
    voice.answer(&json!({"businesses": all}), || {
        let line = |b: &BusinessView| {
            let state = match b.state {
                BusinessState::Open => voice.lang.pick("使用中", "open"),
                BusinessState::Waiting => voice.lang.pick("等待建立", "waits for its founder"),
                BusinessState::Archived => voice.lang.pick("已归档", "archived"),
                BusinessState::Missing => voice.lang.pick("没有数据", "its data is not here"),
                BusinessState::Broken => voice.lang.pick("打不开", "does not open"),
            };
            let customers = b.customers.map_or_else(|| "–".to_owned(), |n| n.to_string());
            let (customers, size) = (voice.lang.pick(&format!("{customers} 位客户"), &format!("{customers} customers")).to_owned(), super::backup::size(b.bytes));
            format!("{}  {}  {state}  {customers}  {size}", b.slug, b.name.as_deref().unwrap_or("–"))
        };
        match all.is_empty() {
            true => voice.lang.pick("只有一家企业；用 zhiyin business add 添加", "there is one business; add others with `zhiyin business add`").to_owned(),
            false => all.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    });
    Ok(ExitCode::SUCCESS)
}

async fn add(home: &Home, slug: &str, origin: Option<String>, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    if dry_run {
        businesses::tried(&app, slug).await?;
        app.store.close().await;
        let path = businesses::path(slug);
        voice.answer(&json!({"slug": slug, "path": path, "dry_run": true}), || {
            voice.lang.pick(&format!("会添加企业 {slug}，地址 {path}"), &format!("Would add the business {slug} at {path}")).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let new = businesses::add(&app, &by(), slug).await?;
    told(home, &app, &new, origin, config, voice).await
}

async fn link(home: &Home, slug: &str, origin: Option<String>, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let b = named(&app, slug).await?;
    if dry_run {
        let there = opened(home, &b, config).await?.ok_or_else(|| missing(&b))?;
        let founder = store::workspace::get(&there.store).await?;
        there.store.close().await;
        app.store.close().await;
        if founder.is_some() {
            return Err(founded(&b));
        }
        voice.answer(&json!({"id": b.id, "slug": slug, "dry_run": true}), || {
            voice.lang.pick(&format!("会为 {slug} 生成新的链接"), &format!("Would make a new link for {slug}")).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    told(home, &app, &b, origin, config, voice).await
}

async fn named(app: &App, slug: &str) -> Result<Business, Failure> {
    businesses::named(app, slug).await.map_err(|e| match e {
        flow::Error::NotFound { .. } => Failure::new(Code::NotFound, "business.not_found", format!("没有地址名为 {slug} 的企业"), format!("there is no business named {slug} in the address"))
            .hint("zhiyin business list 列出全部", "`zhiyin business list` shows them all"),
        e => e.into(),
    })
}

fn missing(b: &Business) -> Failure {
    Failure::new(Code::NotFound, "business.missing", format!("没有企业 {} 的数据", b.slug), format!("the data of {} is not there", b.slug))
}

fn founded(b: &Business) -> Failure {
    Failure::new(Code::Conflict, "business.founded", format!("企业 {} 已经建立", b.slug), format!("{} has its founder already", b.slug))
}

/// Makes a link for the founder and tells it.
async fn told(home: &Home, first: &App, b: &Business, origin: Option<String>, config: &Config, voice: &Voice) -> Outcome {
    let app = Arc::new(opened(home, b, config).await?.ok_or_else(|| missing(b))?);
    store::business::made(&first.store, &b.id, first.clock.now()).await?;
    let token = api::account::offer_setup(&Ctx::new(Arc::clone(&app), api::Config::default())).await;
    let token = token.map_err(|e| Failure::new(Code::Failed, &e.problem().code, format!("链接没有建成：{e}"), format!("the link was not made: {e}")))?;
    let token = token.ok_or_else(|| founded(b))?;
    businesses::offered(first, &by(), b).await?;
    app.store.close().await;
    first.store.close().await;
    let listen = || format!("http://{}", config.server.listen.as_deref().unwrap_or("127.0.0.1:8080"));
    let origin = origin.or_else(|| config.server.origin.clone()).unwrap_or_else(listen);
    let address = format!("{}{}", origin.trim_end_matches('/'), businesses::path(&b.slug));
    let link = format!("{address}/setup#token={token}");
    voice.answer(&json!({"id": b.id, "slug": b.slug, "address": address, "setup": link}), || {
        let zh = format!("企业 {} 在 {address}\n请创始人打开这个链接，建立负责人账号（一周内有效，只能用一次）：\n{link}", b.slug);
        let en = format!("{} is at {address}\nIts founder opens this link to make the owner account (good for a week, works once):\n{link}", b.slug);
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

/// Archives one, or serves it again.
async fn turn(home: &Home, slug: &str, away: bool, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let b = named(&app, slug).await?;
    if !dry_run {
        match away {
            true => businesses::archive(&app, &by(), &b.id).await?,
            false => businesses::reopen(&app, &by(), &b.id).await?,
        };
    }
    app.store.close().await;
    voice.answer(&json!({"id": b.id, "slug": slug, "archived": away, "dry_run": dry_run}), || {
        let (zh, en) = match (away, dry_run) {
            (true, false) => (format!("已归档 {slug}：不再提供服务，数据都保留"), format!("archived {slug}: it is not served any more; nothing was deleted")),
            (true, true) => (format!("会归档 {slug}"), format!("Would archive {slug}")),
            (false, false) => (format!("{slug} 已恢复服务"), format!("{slug} is served again")),
            (false, true) => (format!("会恢复 {slug} 的服务"), format!("Would serve {slug} again")),
        };
        voice.lang.pick(&zh, &en).to_owned()
    });
    Ok(ExitCode::SUCCESS)
}
