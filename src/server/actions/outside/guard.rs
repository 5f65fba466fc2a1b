//! Where a webhook may go. A workspace chooses the URL, and the server must not be turned against the network that it
//! stands in (server-side request forgery).
//!
//! A host name is looked up once per connection, by the HTTP client itself through [`Guard`], and every address found
//! must be allowed; the client connects to those addresses and no others. A name that answers differently the next
//! time (DNS rebinding) therefore changes nothing. Addresses written as numbers never reach the resolver, so
//! [`Guard::check_url`] judges them. Redirects are the client's to refuse.

use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::{Deserialize, Deserializer, de};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// What an installation allows beyond public `https` addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// Also `http://`.
    pub allow_http: bool,
    /// Networks that may be called though they are not public: `10.1.0.0/16`, or a single address.
    #[serde(deserialize_with = "networks")]
    pub allow: Vec<IpNet>,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .iter()
        .map(|text| network(text).ok_or_else(|| de::Error::custom(format_args!("{text:?} is not a network"))))
        .collect()
}

/// Reads `10.1.0.0/16`, or a single address.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Why a URL or its host is refused. The texts name no address, because the answers of an internal name server are
/// not the workspace's to learn.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error("this is not a URL")]
    NotAUrl,
    #[error("the URL contains a space, a control character or a backslash")]
    Ambiguous,
    #[error("the URL must start with https://")]
    NotHttps,
    #[error("the URL must start with https:// or http://")]
    NotHttp,
    #[error("the URL must not contain a user name or a password")]
    UserInfo,
    #[error("port {0} is not open to webhooks")]
    Port(u16),
    #[error("the address of {0} is not public")]
    NotPublic(String),
    #[error("{0} has no address")]
    NoAddress(String),
    #[error("{0} could not be looked up")]
    Lookup(String, #[source] io::Error),
}

/// Finds the addresses of a host name. A seam: tests give their own answers.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Judges URLs, and is the resolver of the HTTP client.
#[derive(Clone)]
pub struct Guard {
    settings: GuardSettings,
    lookup: Arc<dyn Lookup>,
}

impl Guard {
    pub fn new(settings: GuardSettings) -> Self {
        Self::with_lookup(settings, Arc::new(SystemLookup))
    }

    pub fn with_lookup(settings: GuardSettings, lookup: Arc<dyn Lookup>) -> Self {
        Self { settings, lookup }
    }

    pub fn settings(&self) -> &GuardSettings {
        &self.settings
    }

    /// Everything that can be said of a URL without asking a name server. The URL standard's parser turns any
    /// notation of an IPv4 address (`127.1`, `0x7f000001`, `2130706433`, full-width digits) into that address.
    pub fn check_url(&self, text: &str) -> Result<Url, GuardError> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(GuardError::Ambiguous);
        }
        let url = Url::parse(text).map_err(|_| GuardError::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if self.settings.allow_http => {}
            _ if self.settings.allow_http => return Err(GuardError::NotHttp),
            _ => return Err(GuardError::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(GuardError::UserInfo);
        }
        let port = url.port_or_known_default().ok_or(GuardError::NotAUrl)?;
        if !port_allowed(port) {
            return Err(GuardError::Port(port));
        }
        let host = url.host_str().ok_or(GuardError::NotAUrl)?;
        // Only an address can be in brackets, and only an address parses as one.
        if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse()
            && !address_allowed(ip, &self.settings.allow)
        {
            return Err(GuardError::NotPublic(host.to_owned()));
        }
        Ok(url)
    }

    /// The addresses of `host`, if every one of them is allowed: one that is not makes the whole answer suspect.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, GuardError> {
        let found =
            self.lookup.lookup(host).await.map_err(|cause| GuardError::Lookup(host.to_owned(), cause))?;
        if found.is_empty() {
            return Err(GuardError::NoAddress(host.to_owned()));
        }
        if let Some(ip) = found.iter().find(|&&ip| !address_allowed(ip, &self.settings.allow)) {
            tracing::warn!(host, %ip, "a webhook's host has an address that is not public");
            return Err(GuardError::NotPublic(host.to_owned()));
        }
        Ok(found)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = guard.addresses(name.as_str()).await?;
            // Port 0 stands for the port of the URL.
            Ok(Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

/// 443 and 80, and what lies above 1023 except the ports of the Fetch standard's "bad port" list, behind which other
/// protocols listen that a crafted request could be mistaken for.
fn port_allowed(port: u16) -> bool {
    const OTHER_PROTOCOLS: [u16; 19] = [
        1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
        6697, 10080,
    ];
    matches!(port, 80 | 443) || (port >= 1024 && !OTHER_PROTOCOLS.contains(&port))
}

/// Whether a webhook may connect to `ip`: it is globally reachable, or in one of `allow`.
/// An IPv4 address inside an IPv6 one (`::ffff:…`) counts as that IPv4 address.
pub fn address_allowed(ip: IpAddr, allow: &[IpNet]) -> bool {
    let plain = ip.to_canonical();
    if allow.iter().any(|network| network.contains(&ip) || network.contains(&plain)) {
        return true;
    }
    match plain {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => public_v6(ip),
    }
}

/// IANA's IPv4 special-purpose registry (RFC 6890 and updates), multicast, and one public address that means
/// "the host of this virtual machine" on Azure.
fn public_v4(ip: Ipv4Addr) -> bool {
    !matches!(
        ip.octets(),
        [0, ..]                               // this network, RFC 791
            | [10, ..]                        // private, RFC 1918
            | [100, 64..=127, ..]             // carrier-grade NAT, RFC 6598; also Alibaba's metadata
            | [127, ..]                       // loopback
            | [169, 254, ..]                  // link-local, RFC 3927; also the metadata of most clouds
            | [172, 16..=31, ..]              // private
            | [192, 0, 0, _]                  // IETF protocols, RFC 6890; also Oracle's metadata
            | [192, 0, 2, _]                  // documentation, RFC 5737
            | [192, 88, 99, _]                // 6to4 relays, RFC 7526
            | [192, 168, ..]                  // private
            | [198, 18..=19, ..]              // benchmarking, RFC 2544
            | [198, 51, 100, _]               // documentation
            | [203, 0, 113, _]                // documentation
            | [168, 63, 129, 16]              // Azure's host
            | [224..=255, ..] // multicast, reserved, broadcast
    )
}

/// Only global unicast (2000::/3), less what IANA's IPv6 special-purpose registry takes out of it; and the well-known
/// NAT64 prefix where the IPv4 address inside is public, because that is how an IPv6-only host reaches IPv4.
fn public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        [0x2001, 0..=0x01ff, ..] => false, // IETF protocols: Teredo, benchmarking, ORCHID; RFC 2928
        [0x2001, 0x0db8, ..] => false,     // documentation, RFC 3849
        [0x2002, ..] => false,             // 6to4, which carries any IPv4 address, RFC 7526
        [0x3fff, 0..=0x0fff, ..] => false, // documentation, RFC 9637
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn public_addresses_are_allowed() {
        const ADDRESSES: &str =
            "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
            169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255
            192.169.0.0 198.17.255.255 198.20.0.0 203.0.114.0 168.63.129.17 223.255.255.255
            2606:4700:4700::1111 2a00:1450:4001::8a 2001:200::1 2001:4860:4860::8888 2003::1 ::ffff:8.8.8.8
            64:ff9b::808:808";
        for text in ADDRESSES.split_whitespace() {
            assert!(address_allowed(ip(text), &[]), "{text}");
        }
    }

    #[test]
    fn all_others_are_refused() {
        const ADDRESSES: &str =
            "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
            127.255.255.255 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.192
            192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
            168.63.129.16 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8
            ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
            64:ff9b::a00:1 64:ff9b:1::1 64:ff9b:1::808:808 100::1 2001::1
            2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff:: 2001:db8::1
            2002:7f00:1:: 2002:a00:1::1 2002:808:808::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 fc00::1
            fd00:ec2::254 fe80::1 fec0::1 ff02::1";
        for text in ADDRESSES.split_whitespace() {
            assert!(!address_allowed(ip(text), &[]), "{text}");
        }
    }

    #[test]
    fn an_allowed_network_opens_itself_and_nothing_else() {
        let allow =
            [network("10.1.0.0/16").unwrap(), network("127.0.0.1").unwrap(), network("fd00:1::/32").unwrap()];
        for text in ["10.1.2.3", "::ffff:10.1.2.3", "127.0.0.1", "fd00:1::5", "8.8.8.8"] {
            assert!(address_allowed(ip(text), &allow), "{text}");
        }
        for text in ["10.2.0.1", "127.0.0.2", "fd00:2::5", "64:ff9b::a01:203", "169.254.169.254"] {
            assert!(!address_allowed(ip(text), &allow), "{text}");
        }
    }

    #[test]
    fn settings_read_networks_and_single_addresses() {
        let settings: GuardSettings =
            serde_json::from_str(r#"{"allow_http": true, "allow": ["10.0.0.0/8", "::1"]}"#).unwrap();
        assert!(settings.allow_http && address_allowed(ip("::1"), &settings.allow));
        assert!(serde_json::from_str::<GuardSettings>(r#"{"allow": ["10.0.0.0/99"]}"#).is_err());
        assert_eq!(serde_json::from_str::<GuardSettings>("{}").unwrap(), GuardSettings::default());
    }

    #[test]
    fn urls() {
        let strict = Guard::new(GuardSettings::default());
        for good in [
            "https://example.com/hook?x=1",
            "https://example.com:8443/",
            "https://EXAMPLE.com.",
            "https://1.1.1.1/",
            "https://bücher.example/",
            "https://[2606:4700:4700::1111]/",
        ] {
            assert!(strict.check_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "//example.com",
            "http://example.com",
            "ftp://example.com",
            "file:///etc/passwd",
            "gopher://example.com",
            "https://",
            "https:///",
            "javascript:alert(1)",
            "data:,x",
            // whose URL is it?
            "https://user@example.com",
            "https://user:pass@example.com",
            "https://:pass@example.com",
            "https://example.com\\@127.0.0.1/",
            "https://exa\tmple.com",
            "https://example.com/\r\nX: y",
            " https://example.com",
            "https://example.com /",
            // ports of other protocols
            "https://example.com:22",
            "https://example.com:25",
            "https://example.com:0",
            "https://example.com:6000",
            "https://example.com:6667",
            "https://example.com:99999",
            // loopback in every notation
            "https://127.0.0.1",
            "https://127.1",
            "https://2130706433",
            "https://0x7f000001",
            "https://0x7f.1",
            "https://0177.0.0.1",
            "https://017700000001",
            "https://127.0.0.1.",
            "https://１２７.0.0.1",
            "https://127。0。0。1",
            "https://%31%32%37.0.0.1",
            "https://0",
            "https://0.0.0.0",
            "https://[::1]",
            "https://[::]",
            "https://[::ffff:127.0.0.1]",
            "https://[::ffff:7f00:1]",
            "https://[0:0:0:0:0:0:0:1]",
            "https://[64:ff9b::7f00:1]",
            "https://[fe80::1%25eth0]",
            "https://169.254.169.254/latest/meta-data",
            "https://[fd00:ec2::254]",
            "https://10.0.0.1:8080",
        ] {
            assert!(strict.check_url(bad).is_err(), "{bad}");
        }
        let open =
            Guard::new(GuardSettings { allow_http: true, allow: vec![network("127.0.0.0/8").unwrap()] });
        assert!(open.check_url("http://127.1:8080/hook").is_ok());
        assert!(open.check_url("http://[::1]/").is_err());
        assert!(open.check_url("ftp://127.0.0.1/").is_err());
    }

    struct Answers(Vec<IpAddr>);

    #[async_trait]
    impl Lookup for Answers {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    #[tokio::test]
    async fn one_private_address_among_public_ones_refuses_the_host() {
        let ask = |answers: &[&str]| {
            let lookup = Arc::new(Answers(answers.iter().map(|text| ip(text)).collect()));
            let guard = Guard::with_lookup(GuardSettings::default(), lookup);
            async move { guard.addresses("host.example").await }
        };
        assert_eq!(ask(&["8.8.8.8", "2606:4700::1"]).await.unwrap().len(), 2);
        let error = ask(&["8.8.8.8", "10.0.0.7"]).await.unwrap_err();
        assert_eq!(error.to_string(), "the address of host.example is not public");
        assert!(ask(&["8.8.8.8", "::ffff:10.0.0.7"]).await.is_err());
        assert!(matches!(ask(&[]).await, Err(GuardError::NoAddress(_))));
    }

    proptest! {
        /// The standard library's own classes, as a second opinion.
        #[test]
        fn no_special_ipv4_address_passes_in_any_dress(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from(bits);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            let verdict = address_allowed(v4.into(), &[]);
            prop_assert!(!(special && verdict));
            let [a, b, c, d] = v4.octets().map(u16::from);
            let (high, low) = ((a << 8) | b, (c << 8) | d);
            let dressed = |segments: [u16; 8]| address_allowed(Ipv6Addr::from(segments).into(), &[]);
            prop_assert_eq!(dressed([0, 0, 0, 0, 0, 0xffff, high, low]), verdict);
            prop_assert_eq!(dressed([0x64, 0xff9b, 0, 0, 0, 0, high, low]), verdict);
            prop_assert!(!dressed([0, 0, 0, 0, 0, 0, high, low]));
            prop_assert!(!dressed([0x2002, high, low, 0, 0, 0, 0, 1]));
            prop_assert!(!dressed([0x2001, 0, high, low, 0, 0, !high, !low]));
        }

        #[test]
        fn only_global_unicast_and_nat64_pass_among_ipv6(bits in any::<u128>()) {
            let v6 = Ipv6Addr::from(bits);
            if address_allowed(v6.into(), &[]) && v6.to_ipv4_mapped().is_none() {
                prop_assert!(bits >> 125 == 1 || bits >> 32 == 0x0064_ff9b_u128 << 64);
                prop_assert!(!v6.is_loopback() && !v6.is_multicast() && !v6.is_unicast_link_local());
                prop_assert!(!v6.is_unique_local() && !v6.is_unspecified());
            }
        }

        #[test]
        fn an_ipv4_url_is_judged_as_its_address(bits in any::<u32>()) {
            let guard = Guard::new(GuardSettings::default());
            let verdict = address_allowed(Ipv4Addr::from(bits).into(), &[]);
            for host in [Ipv4Addr::from(bits).to_string(), bits.to_string(), format!("{bits:#x}"), format!("0{bits:o}")] {
                prop_assert_eq!(guard.check_url(&format!("https://{host}/")).is_ok(), verdict, "{}", host);
            }
        }

        #[test]
        fn allowing_everything_allows_anything(bits in any::<u128>()) {
            let all = [network("0.0.0.0/0").unwrap(), network("::/0").unwrap()];
            prop_assert!(address_allowed(Ipv6Addr::from(bits).into(), &all));
        }
    }
}
