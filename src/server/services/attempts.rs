//! The limit on wrong passwords: ten per subject in fifteen minutes, counted in the database, so that every node and
//! every restart sees the same count.

use crate::domain::canonical::sha256_hex;
use crate::domain::ids::UserId;
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Db, Tx};
use chrono::TimeDelta;
use std::net::{IpAddr, Ipv6Addr};

const MAX_FAILURES: i64 = 10;
/// Counts whose window began this long ago count no more, and may be swept away.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Who is guessing, or whose password is guessed. Addresses are kept as hashes: people type passwords into the
/// wrong field.
#[derive(Clone, Debug)]
pub(super) struct Subjects {
    account: String,
    origin: String,
}

impl Subjects {
    /// Of a sign-in. `email` in lower case. A network of IPv6 (`/64`) counts as one address.
    pub(super) fn of_sign_in(email: &str, ip: IpAddr) -> Self {
        let origin = match ip.to_canonical() {
            IpAddr::V4(ip) => format!("ip:{ip}"),
            IpAddr::V6(ip) => {
                let network = ip.to_bits() >> 64 << 64;
                format!("ip:{}/64", Ipv6Addr::from_bits(network))
            }
        };
        Self { account: format!("email:{}", sha256_hex(email.as_bytes())), origin }
    }

    /// Of somebody signed in who must show the password again.
    pub(super) fn of_user(user: UserId) -> Self {
        let account = format!("user:{user}");
        Self { origin: account.clone(), account }
    }

    /// Refuses once either subject has failed too often.
    pub(super) async fn check(&self, db: &Db) -> AppResult<()> {
        let now = db.now().await?;
        let counts = db.read().await?.attempts_get([&self.account, &self.origin]).await?;
        let until = counts
            .into_iter()
            .filter(|count| count.failures >= MAX_FAILURES)
            .map(|count| count.window_start + WINDOW)
            .filter(|until| *until > now)
            .max();
        match until {
            None => Ok(()),
            Some(until) => {
                let retry_after = u64::try_from((until - now).num_seconds()).unwrap_or(0) + 1;
                Err(AppError::RateLimited { retry_after })
            }
        }
    }

    /// Counts a failure of both.
    pub(super) async fn count(&self, db: &Db) -> AppResult<()> {
        let mut tx = db.begin().await?;
        let stale = tx.now() - WINDOW;
        tx.attempt_count(&self.origin, stale).await?;
        if self.account != self.origin {
            tx.attempt_count(&self.account, stale).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The right password forgives the account's failures, not the origin's: who owns one account could otherwise
    /// guess at others without end.
    pub(super) async fn forgive(&self, tx: &mut Tx) -> AppResult<()> {
        tx.attempts_clear(&self.account).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_one_origin() {
        let origin = |ip: &str| Subjects::of_sign_in("a@example.com", ip.parse().unwrap()).origin;
        assert_eq!(origin("2001:db8::1"), origin("2001:db8::ffff:0:0:2"));
        assert_ne!(origin("2001:db8::1"), origin("2001:db8:0:1::1"));
        assert_eq!(origin("::ffff:192.0.2.1"), origin("192.0.2.1"));
        assert_ne!(origin("192.0.2.1"), origin("192.0.2.2"));
    }
}
