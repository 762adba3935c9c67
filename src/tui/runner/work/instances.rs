//! What is done to instances in more than one step.

use crate::model::InstanceName;
use crate::tui::effect::{RestoreOpener, Restoring};
use crate::tui::message::Done;
use crate::tui::outcome::Outcome;
use crate::tui::paths::typed_path;
use crate::workspace::{Opener, SecretFile, Workspace};

pub(super) async fn start(workspace: &Workspace, name: &InstanceName, word: &'static str) -> Outcome<Done> {
    let row = workspace.start_instance(name.as_str()).await?;
    Ok(Done::Instance(Box::new(row), word))
}

pub(super) async fn restore(workspace: &Workspace, restoring: Restoring) -> Outcome<Done> {
    let opener = match restoring.opener {
        RestoreOpener::Words(words) => Opener::Words(words),
        RestoreOpener::KeyFile(path) => SecretFile::read_private(&typed_path(&path))?.age_key()?,
    };
    let file = typed_path(&restoring.path);
    let restored = workspace
        .restore_instance(&restoring.name, &file, opener, restoring.replace)
        .await?;
    Ok(Done::Restored(Box::new(restored)))
}
