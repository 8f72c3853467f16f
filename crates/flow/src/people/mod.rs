//! The people of a business: members, invitations, API tokens. Every change is decided here, noted in the audit log and written in
//! one transaction. Secrets are made and hashed by whoever calls; only hashes come in.

pub mod device;
pub mod invitations;
pub mod members;
pub mod oidc;
pub mod second_factor;
pub mod sessions;
pub mod tokens;
pub mod totp;
pub mod viewing;

use crate::{Error, Result};
use domain::{
    access::{Permissions, Role},
    audit::Actor,
};

/// Who does something, and what they may do themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// who
    pub actor: Actor,
    /// what they may
    pub permissions: Permissions,
}

impl By {
    /// Whoever runs the machine: may everything.
    pub fn machine(program: &str) -> By {
        By { actor: Actor::program(program), permissions: Role::Owner.permissions() }
    }

    /// Have they themselves what they would give, or whom they would touch has?
    ///
    /// # Errors
    /// `access.beyond`.
    pub fn covers(&self, permissions: Permissions) -> Result<()> {
        if permissions.within(self.permissions) {
            return Ok(());
        }
        Err(Error::denied("access.beyond", "这超出了您自己的权限", "this is more than you may do yourself"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::access::Personal;

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let of = |role: Role, personal| By { permissions: role.granted(personal), actor: Actor::program("x") };
        let may = |by: &By, role: Role| by.covers(role.permissions()).is_ok();
        let manager = of(Role::Manager, Personal::ByRole);
        assert!(may(&manager, Role::Manager) && may(&manager, Role::Analyst) && may(&manager, Role::Agent) && !may(&manager, Role::Owner));
        let blind = of(Role::Manager, Personal::Denied);
        assert!(may(&blind, Role::Viewer) && !may(&blind, Role::Agent) && !may(&blind, Role::Manager));
        assert!(Role::ALL.into_iter().all(|role| may(&By::machine("cli"), role)));
    }
}
