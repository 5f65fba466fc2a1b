//! Reading the settings from their three sources, and saying clearly what is wrong with them.

use super::Config;
use super::table::{Kind, SETTINGS, Setting};
use config::{ConfigError, File, FileFormat};
use std::path::{Path, PathBuf};

/// What the command line can set.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub data_dir: Option<PathBuf>,
    pub database_url: Option<String>,
    pub listen: Option<String>,
    pub public_url: Option<String>,
}

/// One line for the person who starts the program.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

/// Not settings, but ours: where the file is, and what clients and scripts use.
const OTHERS: [&str; 4] = ["COUNTERSIGN_CONFIG", "COUNTERSIGN_URL", "COUNTERSIGN_TOKEN", "COUNTERSIGN_BIN"];
const DEFAULT_FILE: &str = "countersign.toml";

/// Reads the settings. `env` looks up a variable; empty ones count as absent.
pub fn load(flags: &Flags, env: impl Fn(&str) -> Option<String>) -> Result<Config, SettingsError> {
    let lookup = |name: &str| env(name).filter(|value| !value.trim().is_empty());
    let file = flags.config.clone().or_else(|| lookup("COUNTERSIGN_CONFIG").map(PathBuf::from));
    let mut builder = config::Config::builder();
    if let Some(text) = read_file(file.as_deref())? {
        builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
    }
    for setting in SETTINGS {
        if let Some(value) = variable(setting, &lookup)? {
            builder = match setting.kind {
                Kind::One => builder.set_override(setting.key, value),
                Kind::List => builder.set_override(setting.key, split(&value)),
            }
            .map_err(|fault| plain(&fault, None))?;
        }
    }
    let flags = [
        ("data_dir", flags.data_dir.as_ref().map(|path| path.display().to_string())),
        ("database_url", flags.database_url.clone()),
        ("listen", flags.listen.clone()),
        ("public_url", flags.public_url.clone()),
    ];
    for (key, value) in flags {
        builder = builder.set_override_option(key, value).map_err(|fault| plain(&fault, None))?;
    }
    let source = file.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let built = builder.build().map_err(|fault| plain(&fault, Some(&source)))?;
    built.try_deserialize().map_err(|fault| plain(&fault, Some(&source)))
}

/// Variables that look like settings and are none: most often a typing error.
pub fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<String> {
    let known: Vec<String> = SETTINGS
        .iter()
        .flat_map(|setting| [setting.variable(), format!("{}_FILE", setting.variable())])
        .chain(OTHERS.map(str::to_owned))
        .collect();
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("COUNTERSIGN_") && !name.starts_with("COUNTERSIGN_TEST_"))
        .filter(|name| !known.contains(name))
        .collect();
    unknown.sort();
    unknown
}

fn read_file(named: Option<&Path>) -> Result<Option<String>, SettingsError> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(None),
        Err(fault) => Err(SettingsError(format!("{} cannot be read: {fault}", path.display()))),
    }
}

/// The variable of a setting, or the contents of the file that its `_FILE` twin names.
fn variable(
    setting: &Setting,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, SettingsError> {
    let mut names = vec![setting.variable()];
    if setting.key == "database_url" {
        names.push("DATABASE_URL".to_owned());
    }
    for name in names {
        if let Some(value) = lookup(&name) {
            return Ok(Some(value));
        }
        if !setting.secret {
            continue;
        }
        let twin = format!("{name}_FILE");
        if let Some(path) = lookup(&twin) {
            let text = std::fs::read_to_string(&path)
                .map_err(|fault| SettingsError(format!("{twin}: {path} cannot be read: {fault}")))?;
            return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
    }
    Ok(None)
}

fn split(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// One line without the library's words. The value itself is left out: it may be a secret.
fn plain(fault: &ConfigError, file: Option<&Path>) -> SettingsError {
    let file = file.map_or_else(|| DEFAULT_FILE.to_owned(), |path| path.display().to_string());
    match fault {
        ConfigError::FileParse { cause, .. } => {
            let cause = cause.to_string();
            let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
            SettingsError(format!("{file} is not valid TOML: {cause}"))
        }
        ConfigError::Type { expected, key: Some(key), .. } => {
            SettingsError(format!("The setting {key} must be {expected}."))
        }
        ConfigError::At { error, key: Some(key), .. } => {
            SettingsError(format!("The setting {key} is not valid: {error}"))
        }
        other => SettingsError(format!("The settings are not valid: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::{LogFormat, SecureCookies};

    fn with_file(text: &str, env: &[(&str, &str)], flags: Flags) -> Result<Config, SettingsError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("countersign.toml");
        std::fs::write(&path, text).unwrap();
        load(&Flags { config: Some(path), ..flags }, |name| {
            env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_flag_beats_a_variable_and_a_variable_beats_the_file() {
        let file = "listen = \"127.0.0.1:1\"\npublic_url = \"http://a\"\n[log]\nformat = \"json\"\n";
        let env = [("COUNTERSIGN_LISTEN", "127.0.0.1:2"), ("COUNTERSIGN_PUBLIC_URL", "http://b")];
        let flags = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };
        let config = with_file(file, &env, flags).unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.public_url(), "http://b");
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.data_dir, PathBuf::from("data"));
    }

    #[test]
    fn variables_carry_numbers_lists_and_words() {
        let env = [
            ("COUNTERSIGN_LIMITS_MAX_CONNECTIONS", "7"),
            ("COUNTERSIGN_METRICS_OPEN", "true"),
            ("COUNTERSIGN_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7"),
            ("COUNTERSIGN_SECURE_COOKIES", "always"),
            ("COUNTERSIGN_PUBLIC_URL", " "),
        ];
        let config = with_file("", &env, Flags::default()).unwrap();
        assert_eq!(config.limits.max_connections, 7);
        assert!(config.metrics_open);
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.secure_cookies, SecureCookies::Always);
        assert_eq!(config.public_url, None);
    }

    #[test]
    fn a_secret_can_come_from_a_file_and_is_never_printed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("url");
        std::fs::write(&path, "postgres://u:hunter2@db/c\n").unwrap();
        let env = [("DATABASE_URL_FILE", path.to_str().unwrap())];
        let config = with_file("", &env, Flags::default()).unwrap();
        assert_eq!(config.database_url(), "postgres://u:hunter2@db/c");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        for (text, says) in [
            ("lisen = \"127.0.0.1:1\"", "lisen"),
            ("[smtp]\nhots = \"a\"", "hots"),
            ("listen = \"nowhere\"", "listen"),
            ("trusted_proxies = [\"10.0.0.0/99\"]", "10.0.0.0/99"),
            ("metrics_open = \"perhaps\"", "metrics_open"),
            ("[engine]\nlease_seconds = 4", "between 5 and 300"),
            ("listen = ", "TOML"),
        ] {
            let line = with_file(text, &[], Flags::default()).unwrap_err().to_string();
            assert!(line.contains(says) && !line.contains('\n'), "{text}: {line}");
        }
    }

    #[test]
    fn the_table_names_every_setting() {
        for setting in SETTINGS {
            let value = match setting.key {
                "listen" => "127.0.0.1:1",
                "trusted_proxies" | "webhooks.allow_private" => "10.0.0.0/8",
                "secure_cookies" => "auto",
                "metrics_open" | "webhooks.allow_http" => "true",
                "smtp.tls" => "none",
                "log.format" => "text",
                "engine.lease_seconds" => "5",
                _ => "1",
            };
            let name = setting.variable();
            let config = load(&Flags::default(), |key| (key == name).then(|| value.to_owned()));
            assert!(config.is_ok(), "{}: {:?}", setting.key, config.err());
        }
        let names = ["COUNTERSIGN_LISEN", "COUNTERSIGN_SMTP_PASSWORD_FILE", "PATH"].map(str::to_owned);
        assert_eq!(unknown_variables(names.into_iter()), ["COUNTERSIGN_LISEN"]);
    }
}
