//! A remote that was added from plain values, and with which a handshake was made since: it is called with what came of the
//! handshake, once fresh keys are mixed in. Values that travelled in plain are not used longer than they must be.

use super::{Failure, Workspace, held};
use crate::model::{InstanceKind, Profile, Timestamp};

impl Workspace {
    /// Has the remote of this credential called with it, if plain values are what it is called with. Whether that was so.
    pub(super) async fn supersede_plain(&self, name: &str) -> Result<bool, Failure> {
        let name = name.to_owned();
        self.in_vault(move |vault| {
            let all = vault.held()?;
            let Some(fresh) = all.iter().find(|entry| entry.name == name) else {
                return Ok(false);
            };
            let life = held::life_of(fresh);
            if life.generation() == 0 || !life.state_at(Timestamp::now()).is_usable() {
                return Ok(false);
            }
            let Some(remote) = vault.instance(&fresh.instance)? else {
                return Ok(false);
            };
            if remote.kind != InstanceKind::Remote || remote.endpoint != fresh.form.endpoint {
                return Ok(false);
            }
            let is_plain = all
                .iter()
                .find(|entry| entry.name == remote.credential)
                .is_some_and(|usual| !held::life_of(usual).can_be_activated());
            if is_plain {
                vault.set_credential(&remote.name, &fresh.name, &fresh.form.app_id, Profile::Native)?;
            }
            Ok(is_plain)
        })
        .await
    }
}
