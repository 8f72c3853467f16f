//! `zhiyin user list`, `add`, `role`, `remove` and `second-factor`: who may sign in, and as what. Whoever may run this may read the data folder.

use super::{import, user};
use crate::{
    args::{Home, Standing},
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use api::Ctx;
use domain::access::Personal;
use flow::{
    app::App,
    people::{
        By,
        members::{self, How, MemberEdit, MemberView},
        second_factor,
    },
};
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc};
use store::user::User;

/// Whom to add.
pub struct Newcomer {
    /// e-mail to sign in with
    pub email: String,
    /// display name
    pub name: String,
    /// what they may
    pub standing: Standing,
}

fn by() -> By {
    By::machine(import::AUTHOR)
}

fn edit(standing: Standing) -> MemberEdit {
    let personal = match standing.personal {
        None => Personal::ByRole,
        Some(true) => Personal::Granted,
        Some(false) => Personal::Denied,
    };
    MemberEdit { role: standing.role.role(), personal }
}

/// A member as scripts read it.
fn document(m: &MemberView) -> Value {
    json!({"user": m.id, "email": m.email, "name": m.name, "role": m.role, "personal": m.personal, "permissions": m.permissions, "last_seen_at": m.last_seen_at})
}

/// Everybody.
pub async fn list(home: &Home, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::looking(home, config).await?;
    let all = members::list(&app, &by()).await?;
    app.store.close().await;
    voice.answer(&json!({"members": all.iter().map(document).collect::<Vec<_>>()}), || {
        let line = |m: &MemberView| {
            let may: Vec<&str> = m.permissions.iter().map(|p| p.key()).collect();
            format!("{}  {}  {}  {}", m.email, m.name, m.role, may.join(" "))
        };
        match all.is_empty() {
            true => voice.lang.pick("还没有成员", "there are no members yet").to_owned(),
            false => all.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    });
    Ok(ExitCode::SUCCESS)
}

/// Adds somebody, with a password read from standard input; somebody who was a member before keeps their own.
pub async fn add(home: &Home, who: &Newcomer, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = Arc::new(compose::existing(home, config).await?);
    founded(&app)?;
    let email = who.email.trim().to_lowercase();
    if !api::account::email_like(&email) {
        return Err(Failure::new(Code::Rejected, "field.email", format!("{email:?} 不是邮箱"), format!("{email:?} is no e-mail address")));
    }
    let name = who.name.trim();
    if !(1..=100).contains(&name.chars().count()) {
        return Err(Failure::new(Code::Rejected, "field.length", "姓名要 1 到 100 个字符", "a name has 1 to 100 characters"));
    }
    let known = store::user::by_email(&app.store, &email).await?;
    if members::list(&app, &by()).await?.iter().any(|m| m.email == email) {
        return Err(Failure::new(Code::Conflict, "member.exists", format!("{email} 已经是成员"), format!("{email} is a member already")));
    }
    let edit = edit(who.standing);
    let person = |password_hash| User { id: app.new_id("usr"), email: email.clone(), name: name.to_owned(), password_hash, created_at: app.clock.now(), disabled_at: None };
    if dry_run {
        members::add(&app, &by(), &person(String::new()), edit, How::Tried).await?;
        voice.answer(&json!({"email": email, "name": name, "role": edit.role, "personal": edit.personal, "known": known.is_some(), "dry_run": true}), || {
            let (zh, en) = (format!("会把 {email} 加为 {}", edit.role), format!("Would add {email} as {}", edit.role));
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let password_hash = match &known {
        Some(known) => known.password_hash.clone(),
        None => {
            let password = user::read(&email, voice)?;
            user::strong(&password)?;
            let ctx = Ctx::new(Arc::clone(&app), api::Config::default());
            api::account::kept_password(&ctx, password).await.map_err(|e| Failure::new(Code::Failed, &e.problem().code, format!("成员没有加上：{e}"), format!("the member was not added: {e}")))?
        }
    };
    let added = members::add(&app, &by(), &person(password_hash), edit, How::Done).await?;
    told(&added, voice, ("已添加", "Added"));
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Gives somebody another role.
pub async fn role(home: &Home, email: &str, standing: Standing, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let member = found(&app, email).await?;
    let edit = edit(standing);
    if dry_run {
        members::change(&app, &by(), &member.id, edit, How::Tried).await?;
        voice.answer(&json!({"user": member.id, "email": member.email, "role": edit.role, "personal": edit.personal, "dry_run": true}), || {
            let zh = format!("会把 {} 从 {} 改为 {}", member.email, member.role, edit.role);
            let en = format!("Would make {} {} instead of {}", member.email, edit.role, member.role);
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let changed = members::change(&app, &by(), &member.id, edit, How::Done).await?;
    told(&changed, voice, ("已更改", "Changed"));
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Takes somebody out.
pub async fn remove(home: &Home, email: &str, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let member = found(&app, email).await?;
    if dry_run {
        members::remove(&app, &by(), &member.id, How::Tried).await?;
        let open = store::session::count_of_user(&app.store, &member.id).await?;
        voice.answer(&json!({"user": member.id, "email": member.email, "sessions": open, "dry_run": true}), || {
            let zh = format!("会移出 {}，并退出 {open} 处登录", member.email);
            let en = format!("Would take {} out and end {open} sessions", member.email);
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let removed = members::remove(&app, &by(), &member.id, How::Done).await?;
    told(&removed, voice, ("已移出", "Taken out"));
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Takes somebody's second step of signing in away.
pub async fn second_factor(home: &Home, email: &str, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = compose::existing(home, config).await?;
    let member = found(&app, email).await?;
    let how = if dry_run { How::Tried } else { How::Done };
    let ended = second_factor::reset(&app, &by(), &member.id, how).await?;
    app.store.close().await;
    let (zh, en) = match dry_run {
        true => (format!("会取消 {} 的两步验证，并退出 {ended} 处登录", member.email), format!("Would take the second step of {} away and end {ended} sessions", member.email)),
        false => (format!("{} 的两步验证已取消，{ended} 处登录已退出", member.email), format!("{} signs in without a second step now; {ended} sessions ended", member.email)),
    };
    voice.answer(&json!({"user": member.id, "email": member.email, "sessions": ended, "dry_run": dry_run}), || voice.lang.pick(&zh, &en).to_owned());
    Ok(ExitCode::SUCCESS)
}

fn told(m: &MemberView, voice: &Voice, done: (&str, &str)) {
    voice.answer(&document(m), || {
        let zh = format!("{} {}（{}）", done.0, m.email, m.role);
        let en = format!("{} {} ({})", done.1, m.email, m.role);
        voice.lang.pick(&zh, &en).to_owned()
    });
}

/// The member of this e-mail.
async fn found(app: &App, email: &str) -> Result<MemberView, Failure> {
    let email = email.trim().to_lowercase();
    members::list(app, &by()).await?.into_iter().find(|m| m.email == email).ok_or_else(|| {
        Failure::new(Code::NotFound, "member.not_found", format!("没有邮箱为 {email} 的成员"), format!("there is no member {email}"))
            .hint("zhiyin user list 列出成员", "`zhiyin user list` lists them")
    })
}

/// A business must be there before somebody can belong to it.
fn founded(app: &App) -> Result<(), Failure> {
    if !app.settings().id.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Code::NotFound, "data", "这里还没有设置好的生意", "there is no business here yet")
        .hint("运行 zhiyin serve，打开它打印的链接；或先用 zhiyin import 导入", "run `zhiyin serve` and open the link it prints, or bring files in with `zhiyin import` first"))
}
