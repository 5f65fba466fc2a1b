//! Definitions as text: YAML, of which JSON is a part.

use crate::domain::canonical::Data;
use crate::domain::workflow::Definition;
use crate::domain::{AppError, AppResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest text that is read, in bytes.
const MAX_BYTES: usize = 512 * 1024;

/// Reads a definition. Errors are at `/text` and name the line, or the field that is wrong.
pub fn parse(text: &str) -> AppResult<Definition> {
    read(text, "/text")
}

/// Reads something that people write as YAML. Errors are at `pointer` and name the line, or the field that is wrong.
pub fn read<T: DeserializeOwned>(text: &str, pointer: &str) -> AppResult<T> {
    if text.len() > MAX_BYTES {
        return Err(AppError::invalid(pointer, "must be at most 512 KiB"));
    }
    let value: serde_json::Value = serde_saphyr::from_str(text)
        .map_err(|fault| AppError::invalid(pointer, format!("cannot be read: {fault}")))?;
    // The limits of all data that comes in: depth, length, whole numbers that every reader keeps.
    let data = Data::from_value(value).map_err(|fault| {
        let said: Vec<String> =
            fault.errors().iter().map(|error| format!("{} {}", error.pointer, error.detail)).collect();
        AppError::invalid(pointer, said.join("; ").trim().to_owned())
    })?;
    serde_path_to_error::deserialize(data.to_value())
        .map_err(|fault| AppError::invalid(pointer, format!("{}: {}", fault.path(), fault.inner())))
}

/// As YAML.
pub fn yaml(it: &impl Serialize) -> AppResult<String> {
    serde_saphyr::to_string(it)
        .map_err(|fault| AppError::refused(format!("This cannot be written as YAML: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
start: note
steps:
  - key: note
    name: Write it down
    run:
      action:
        agent: Lead Qualifier
        actionType: log_activity
        actionData: { message: 'Hello {{ input.who }}: yes' }
    retry: { maxAttempts: 3 }
";

    #[test]
    fn yaml_reads_back_and_so_does_json() {
        let definition = parse(TEXT).unwrap();
        assert_eq!(definition.steps[0].retry.unwrap().backoff_seconds, 5);
        assert_eq!(parse(&yaml(&definition).unwrap()).unwrap(), definition);
        assert_eq!(parse(&serde_json::to_string(&definition).unwrap()).unwrap(), definition);
    }

    #[test]
    fn faults_say_where() {
        for (text, word) in [
            ("start: [", "cannot be read"),
            ("start: a\nsteps: 3", "steps"),
            ("start: a\nsteps: []\nextra: 1", "extra"),
            ("just text", "object"),
        ] {
            let fault = parse(text).unwrap_err();
            assert_eq!(fault.errors()[0].pointer, "/text", "{text}");
            assert!(fault.errors()[0].detail.contains(word), "{text}: {}", fault.errors()[0].detail);
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..12 {
            let refs = vec![format!("*a{}", i - 1); 10].join(", ");
            bomb.push_str(&format!("a{i}: &a{i} [{refs}]\n"));
        }
        assert!(parse(&bomb).is_err());
    }
}
