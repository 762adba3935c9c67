//! Local instances that a home has on disk and its vault does not know: `console.db` was lost or made anew, or a folder
//! came from elsewhere. Nothing that they hold is lost; they are taken over by making a new owner.

use super::file_failure::cannot;
use super::{Failure, Home, InstanceRow, RecoveredOwner, Workspace};
use crate::instance::Instance;
use crate::model::InstanceName;
use std::collections::HashSet;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;

impl Home {
    /// The local instances by their folders, whether the vault knows them or not; it need not be there.
    pub fn instances_on_disk(&self) -> Result<Vec<InstanceName>, Failure> {
        let folder = self.root().join("instances");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(cannot(&folder, "be read", &error)),
        };
        let mut names: Vec<InstanceName> = entries
            .flatten()
            .filter(|entry| entry.path().join("instance.toml").is_file())
            .filter_map(|entry| InstanceName::parse(entry.file_name().to_str()?).ok())
            .collect();
        names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        Ok(names)
    }

    /// Those of them that this home would know nothing of, if it knew these. A folder of another name than its
    /// instance is a copy that lies there, and cannot be taken over as it is.
    fn unknown_besides(&self, known: &HashSet<InstanceName>) -> Result<Vec<InstanceName>, Failure> {
        let mut names = self.instances_on_disk()?;
        names.retain(|name| {
            let folder = self.root().join("instances").join(name.as_str());
            !known.contains(name)
                && Instance::read_settings(&folder).is_ok_and(|settings| settings.name == *name)
        });
        Ok(names)
    }

    /// The local instances of a home that has no vault, or whose vault is lost; none where one is there.
    pub fn instances_without_vault(&self) -> Result<Vec<InstanceName>, Failure> {
        if self.has_vault() {
            return Ok(Vec::new());
        }
        self.unknown_besides(&HashSet::new())
    }
}

impl Workspace {
    /// The local instances whose folders are in this home and which its vault does not know.
    pub async fn unknown_instances(&self) -> Result<Vec<InstanceName>, Failure> {
        let records = self.records().await?;
        let known = records.into_iter().map(|record| record.name).collect();
        self.home.unknown_besides(&known)
    }

    /// Makes a new owner for each of these instances, so that this home knows them. One that cannot be taken over
    /// holds up none of the others.
    pub async fn adopt(&self, names: &[InstanceName]) -> Result<TakenOver, Failure> {
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for name in names {
            match self.recover_owner(name).await {
                Ok(recovered) => taken.push(recovered),
                Err(failure) => left.push(failure),
            }
        }
        let rows = self.instances().await?;
        Ok(TakenOver { taken, left, rows })
    }
}

/// What taking instances over came to.
#[derive(Debug)]
pub struct TakenOver {
    /// Those that this home calls as their owner from now on.
    pub taken: Vec<RecoveredOwner>,
    /// Why the others could not be; each failure names its instance.
    pub left: Vec<Failure>,
    /// All instances of the home afterwards.
    pub rows: Vec<InstanceRow>,
}

/// Names in a row, as one says them.
pub fn listed(names: &[InstanceName]) -> String {
    let mut listed = String::new();
    for (place, name) in names.iter().enumerate() {
        let joint = match place {
            0 => "",
            last if last + 1 == names.len() => " and ",
            _ => ", ",
        };
        let _ = write!(listed, "{joint}{name}");
    }
    listed
}

/// What is said of such instances, and the one command line that takes all of them over; none where there are none.
pub fn unknown_told(names: &[InstanceName]) -> Option<(String, String)> {
    let (are, them) = match names {
        [] => return None,
        [_] => ("is", "it"),
        _ => ("are", "them"),
    };
    let mut command = "butterfly instance recover-owner".to_owned();
    for name in names {
        let _ = write!(command, " {name}");
    }
    let listed = listed(names);
    Some((
        format!("{listed} {are} on disk, but this home does not know {them}: its vault was lost, or is new"),
        format!("take {them} over with `{command}`"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_command_takes_all_of_them_over() {
        let names = |names: &[&str]| -> Vec<InstanceName> {
            names
                .iter()
                .map(|name| InstanceName::parse(name).unwrap())
                .collect()
        };
        assert_eq!(unknown_told(&[]), None);
        let (what, remedy) = unknown_told(&names(&["alpha"])).unwrap();
        assert!(what.starts_with("alpha is on disk"), "{what}");
        assert_eq!(
            remedy,
            "take it over with `butterfly instance recover-owner alpha`"
        );
        let (what, remedy) = unknown_told(&names(&["a", "b", "c"])).unwrap();
        assert!(what.starts_with("a, b and c are on disk"), "{what}");
        assert_eq!(
            remedy,
            "take them over with `butterfly instance recover-owner a b c`"
        );
    }
}
