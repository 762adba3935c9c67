//! A free port for an instance that keeps it.
//!
//! One that the system gives out is of those that outgoing connections are made from (RFC 6056): by the next start, some
//! other program's connection may have it, and the instance could not start. So it is chosen from below those. Depends on
//! nothing of the instance but how it listens.

use super::{InstanceError, server};
use crate::seal::random;
use std::net::SocketAddr;

/// Above what is well known, below where Linux takes ports of connections from (32768, others: 49152).
const FIRST: u16 = 10_000;
const LAST: u16 = 32_767;
/// So many are tried before the system is asked.
const TRIES: usize = 32;

/// This address with a port that is free now.
pub(super) async fn choose(address: SocketAddr, insecure_http: bool) -> Result<SocketAddr, InstanceError> {
    first_free(address, insecure_http, (0..TRIES).map(|_| any_port())).await
}

/// This address with the first of these ports that is free, or else with one that the system gives.
async fn first_free(
    address: SocketAddr,
    insecure_http: bool,
    ports: impl Iterator<Item = u16>,
) -> Result<SocketAddr, InstanceError> {
    for port in ports {
        let there = SocketAddr::new(address.ip(), port);
        if server::bind(there, insecure_http).await.is_ok() {
            return Ok(there);
        }
    }
    let listener = server::bind(address, insecure_http).await?;
    listener.local_addr().map_err(|error| InstanceError::Listen {
        address: address.to_string(),
        cause: error.to_string(),
    })
}

fn any_port() -> u16 {
    FIRST + u16::from_le_bytes(random::bytes()) % (LAST - FIRST + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYWHERE: &str = "127.0.0.1:0";

    #[tokio::test]
    async fn it_lies_below_those_of_outgoing_connections() {
        for _ in 0..20 {
            let chosen = choose(ANYWHERE.parse().unwrap(), false).await.unwrap();
            assert!((FIRST..=LAST).contains(&chosen.port()), "{chosen}");
        }
    }

    #[tokio::test]
    async fn what_is_taken_is_passed_over() {
        let listener = server::bind(ANYWHERE.parse().unwrap(), false).await.unwrap();
        let taken = listener.local_addr().unwrap();
        let free = choose(ANYWHERE.parse().unwrap(), false).await.unwrap();
        let ports = [taken.port(), free.port()];
        let chosen = first_free(ANYWHERE.parse().unwrap(), false, ports.into_iter()).await;
        assert_eq!(chosen.unwrap(), free);
        let chosen = first_free(ANYWHERE.parse().unwrap(), false, [taken.port()].into_iter()).await;
        assert_ne!(chosen.unwrap().port(), 0);
    }

    #[tokio::test]
    async fn an_address_that_this_machine_does_not_have_is_an_error() {
        let chosen = choose("192.0.2.1:0".parse().unwrap(), true).await;
        assert!(matches!(chosen, Err(InstanceError::Listen { .. })), "{chosen:?}");
    }
}
