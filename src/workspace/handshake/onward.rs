//! Going on with what waits only for the other side, without anybody who asks for it.

use crate::model::{CredentialState, Side};
use crate::workspace::{Failure, HandshakeRow, Workspace};

impl Workspace {
    /// Tries to go on with every handshake whose words were compared here and whose keys are not mixed yet. Names
    /// the peers that can be called now. One that cannot be reached holds up no other.
    pub async fn go_on_with_handshakes(&self) -> Result<Vec<String>, Failure> {
        let (rows, _) = self.handshakes(false).await?;
        let mut joined = Vec::new();
        for row in rows.into_iter().filter(waits) {
            match self.advance(&row.id).await {
                Ok(done) if !done.waiting => joined.push(row.peer),
                Ok(_) => {}
                Err(failure) => {
                    tracing::debug!(handshake = %row.id, %failure, "a handshake does not go on yet")
                }
            }
        }
        Ok(joined)
    }
}

fn waits(row: &HandshakeRow) -> bool {
    row.side == Side::Held && row.verified && row.state == CredentialState::Verified
}
