//! Who may look after customers: the members who may work on them.

use crate::{Result, analysis::marks::OwnerRef, app::App};
use domain::access::Permission;

/// Members who may be owners, longest there first.
///
/// # Errors
/// When the store refuses.
pub async fn list(app: &App) -> Result<Vec<OwnerRef>> {
    let members = store::member::list(&app.store, &app.settings().id).await?;
    let may = members.into_iter().filter(|m| m.permissions().has(Permission::CustomersWrite));
    Ok(may.map(|m| OwnerRef { id: m.user, name: m.name }).collect())
}
