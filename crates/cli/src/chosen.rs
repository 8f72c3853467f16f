//! `--business`: any command on any business of the server, found in the list the first one keeps.

use crate::{
    args::{AuditAction, Command, Home, RecordsAction, UserAction},
    compose,
    config::{self, Config},
    exit::{Code, Failure},
};
use flow::businesses::{self, Place};

/// Where the first business is kept.
pub fn first(home: &Home, config: &Config) -> Place {
    let (data, url) = config::place(home, config);
    Place { data, url }
}

/// Folder and database of the business of this name, which the command goes on with.
///
/// # Errors
/// `business.flag` for a command that works on none, `business.not_found`, `business.missing`.
pub async fn place(slug: &str, command: &Command, config: &Config) -> Result<Place, Failure> {
    let home = home(command).ok_or_else(|| {
        Failure::new(Code::Usage, "business.flag", "--business 不能用于这个命令", "--business does not go with this command")
            .hint("serve 同时服务所有企业；demo、classify、dedupe 不动任何企业；business 管理企业名单", "`serve` serves every business; `demo`, `classify` and `dedupe` work on none; `business` keeps the list")
    })?;
    let app = compose::looking(home, config).await?;
    let found = businesses::named(&app, slug).await;
    app.store.close().await;
    let found = found.map_err(|e| match e {
        flow::Error::NotFound { .. } => Failure::new(Code::NotFound, "business.not_found", format!("没有地址名为 {slug} 的企业"), format!("there is no business named {slug} in the address"))
            .hint("zhiyin business list 列出全部", "`zhiyin business list` shows them all"),
        e => e.into(),
    })?;
    let place = first(home, config).of(&found.id)?;
    if found.made_at.is_none() || matches!(command, Command::Restore { .. }) {
        place.make(&found.id).await?;
    } else if !place.exists().await? {
        return Err(Failure::new(Code::NotFound, "business.missing", format!("{} 里没有企业 {slug} 的数据", place.data.display()), format!("the data of {slug} is not in {}", place.data.display()))
            .hint(format!("恢复它的备份：zhiyin restore --business {slug} 备份.zip"), format!("restore its backup: zhiyin restore --business {slug} backup.zip")));
    }
    Ok(place)
}

/// Where the first business of the server is kept, for commands that work on one business.
fn home(command: &Command) -> Option<&Home> {
    use Command::{Apply, Audit, Backup, Doctor, Export, Features, Import, Records, Restore, Segment, User};
    match command {
        Import { home, .. } | Segment { home, .. } | Features { home } | Export { home, .. } | Apply { home, .. } | Backup { home, .. } | Restore { home, .. } | Doctor { home, .. } => Some(home),
        User { action } => Some(match action {
            UserAction::List { home }
            | UserAction::Add { home, .. }
            | UserAction::Role { home, .. }
            | UserAction::Remove { home, .. }
            | UserAction::SecondFactor { home, .. }
            | UserAction::Password { home, .. } => home,
        }),
        Records { action: RecordsAction::Import { home, .. } } | Audit { action: AuditAction::Verify { home, .. } } => Some(home),
        _ => None,
    }
}
