//! Where a request comes from, behind proxies that we were told to trust.

use crate::server::config::Cidr;
use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use std::net::{IpAddr, SocketAddr};

/// The client's address; `None` when the request did not come over a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp {
    pub ip: Option<IpAddr>,
    /// Somebody forwarded the request: then a loopback peer says nothing about the client.
    forwarded: bool,
}

impl ClientIp {
    /// The rightmost address that is not a trusted proxy: everything left of it is the client's own claim.
    pub fn of(extensions: &Extensions, headers: &HeaderMap, trusted: &[Cidr]) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
        let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(ip));
        let Some(mut ip) = peer.filter(|&ip| is_trusted(ip)) else {
            return Self { ip: peer, forwarded };
        };
        let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
        for hop in hops.iter().rev() {
            let Ok(claimed) = hop.trim().parse::<IpAddr>() else { break };
            ip = claimed.to_canonical();
            if !is_trusted(ip) {
                break;
            }
        }
        Self { ip: Some(ip), forwarded }
    }

    /// A program on this machine, speaking to us directly.
    pub fn is_local(&self) -> bool {
        !self.forwarded && self.ip.is_some_and(|ip| ip.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: &str) -> (String, bool) {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let trusted = [Cidr::try_from("10.0.0.0/8".to_owned()).unwrap()];
        let found = ClientIp::of(&extensions, &headers, &trusted);
        (found.ip.unwrap().to_string(), found.is_local())
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(of("127.0.0.1", ""), ("127.0.0.1".to_owned(), true));
        assert_eq!(of("127.0.0.1", "192.0.2.1"), ("127.0.0.1".to_owned(), false));
        assert_eq!(of("10.0.0.1", "192.0.2.1"), ("192.0.2.1".to_owned(), false));
        assert_eq!(of("10.0.0.1", "127.0.0.1, 192.0.2.1, 10.0.0.2"), ("192.0.2.1".to_owned(), false));
        assert_eq!(of("10.0.0.1", "junk"), ("10.0.0.1".to_owned(), false));
        assert_eq!(of("::ffff:127.0.0.1", ""), ("127.0.0.1".to_owned(), true));
    }
}
