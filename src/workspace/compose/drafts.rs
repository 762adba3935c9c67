//! What is being written in the composer and was not sent, kept for the next console.

use super::super::{Failure, Workspace};
use crate::model::InstanceName;
use crate::vault::Draft;

impl Workspace {
    /// What was being written, by instance. What was written for an instance that is no longer in this home is
    /// forgotten.
    pub async fn drafts(&self) -> Result<Vec<(InstanceName, String)>, Failure> {
        self.in_vault(|vault| {
            let known = vault.instances()?;
            let mut found = Vec::new();
            for draft in vault.drafts()? {
                match known.iter().find(|record| record.name.as_str() == draft.instance) {
                    Some(record) => found.push((record.name.clone(), draft.text)),
                    None => vault.remove_draft(&draft.instance)?,
                }
            }
            Ok(found)
        })
        .await
    }

    /// Keeps what is being written for an instance, sealed in the vault; none forgets it.
    pub async fn keep_draft(&self, instance: &InstanceName, text: Option<String>) -> Result<(), Failure> {
        let instance = instance.to_string();
        self.in_vault(move |vault| match text {
            Some(text) => vault.put_draft(&Draft { instance, text }),
            None => vault.remove_draft(&instance),
        })
        .await
    }
}
