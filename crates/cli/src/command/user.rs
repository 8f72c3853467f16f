//! `zhiyin user password`: a new password for somebody who forgot theirs. Whoever may run this may read the data folder.

use crate::{
    args::Home,
    command::import,
    compose,
    config::Config,
    exit::{Code, Failure, Outcome},
    voice::Voice,
};
use api::Ctx;
use flow::app::App;
use std::{
    io::{BufRead, IsTerminal},
    process::ExitCode,
    sync::Arc,
};
use store::user::User;

/// Sets a password read from standard input and ends every session of that person.
pub async fn password(home: &Home, email: Option<&str>, dry_run: bool, config: &Config, voice: &Voice) -> Outcome {
    let app = Arc::new(compose::existing(home, config).await?);
    let user = chosen(&app, email).await?;
    if dry_run {
        let open = store::session::count_of_user(&app.store, &user.id).await?;
        voice.answer(&serde_json::json!({"user": user.id, "email": user.email, "sessions": open, "dry_run": true}), || {
            let zh = format!("会为 {} 设新密码，并退出 {open} 处登录", user.email);
            let en = format!("Would set a new password for {} and end {open} sessions", user.email);
            voice.lang.pick(&zh, &en).to_owned()
        });
        return Ok(ExitCode::SUCCESS);
    }
    let new = read(&user.email, voice)?;
    strong(&new)?;
    let ctx = Ctx::new(Arc::clone(&app), api::Config::default());
    let ended = api::account::reset_password(&ctx, &import::author(), &user.id, new).await;
    let ended = ended.map_err(|e| Failure::new(Code::Failed, &e.problem().code, format!("密码没有改成：{e}"), format!("the password was not changed: {e}")))?;
    voice.answer(&serde_json::json!({"user": user.id, "email": user.email, "sessions_ended": ended}), || {
        let plural = if ended == 1 { "" } else { "s" };
        let zh = format!("{} 的密码已更新，{ended} 处登录已退出", user.email);
        let en = format!("{} has a new password; {ended} session{plural} ended", user.email);
        voice.lang.pick(&zh, &en).to_owned()
    });
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Long enough, and no longer than is sensible?
pub fn strong(password: &str) -> Result<(), Failure> {
    if api::account::acceptable(password) {
        return Ok(());
    }
    Err(Failure::new(Code::Rejected, "field.password", "密码要 10 到 256 个字符", "a password has 10 to 256 characters"))
}

/// The account of this e-mail, or the only one.
async fn chosen(app: &App, email: Option<&str>) -> Result<User, Failure> {
    if let Some(email) = email {
        let found = store::user::by_email(&app.store, email).await?;
        return found.ok_or_else(|| {
            Failure::new(Code::NotFound, "user.not_found", format!("没有邮箱为 {email} 的账号"), format!("there is no account {email}"))
                .hint("不写 --email，看看有哪些账号", "leave --email out to see which accounts there are")
        });
    }
    let mut all = store::user::list(&app.store).await?;
    // who did something in what was brought in, and has no account here
    let formers = store::user::formers(&app.store).await?;
    all.retain(|user| formers.iter().all(|(id, _)| *id != user.id));
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(Failure::new(Code::NotFound, "user.not_found", "还没有账号", "there is no account yet")
            .hint("运行 zhiyin serve，打开它打印的链接", "run `zhiyin serve` and open the link it prints")),
        (Some(last), _) => {
            let emails: Vec<String> = all.into_iter().chain([last]).map(|u| u.email).collect();
            let named = emails.join(", ");
            Err(Failure::new(Code::Usage, "user.email", format!("请用 --email 指明账号：{named}"), format!("name one with --email: {named}")))
        }
    }
}

/// From a terminal twice and unseen; from a pipe the first line.
pub fn read(email: &str, voice: &Voice) -> Result<String, Failure> {
    let unreadable = |e: std::io::Error| Failure::new(Code::Failed, "password.read", format!("读不到密码：{e}"), format!("the password cannot be read: {e}"));
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let terminal = console::Term::stderr();
    let ask = |zh: String, en: String| {
        terminal.write_str(voice.lang.pick(&zh, &en)).and_then(|()| terminal.read_secure_line()).map_err(unreadable)
    };
    let first = ask(format!("{email} 的新密码："), format!("New password of {email}: "))?;
    let again = ask("再输一遍：".into(), "Once more: ".into())?;
    if first != again {
        return Err(Failure::new(Code::Rejected, "password.differs", "两次输入不一样", "the two do not agree"));
    }
    Ok(first)
}
