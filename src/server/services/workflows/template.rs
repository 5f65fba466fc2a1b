//! Templates in definitions: texts with `{{ … }}` over what an execution knows.
//!
//! What they read (records, answers, messages) is data: nothing that a value holds is ever read as a template again.

use crate::domain::error::FieldError;
use crate::domain::workflow::condition::Condition;
use crate::domain::workflow::definition::{Definition, StepRun};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

/// How much work one template may be: about as many instructions.
const FUEL: u64 = 200_000;
/// The longest text that one template may give, in bytes.
const TEXT_MAX: usize = 256 * 1024;
/// The names that a template may begin with.
const ROOTS: [&str; 3] = ["input", "steps", "execution"];

/// Where what does not exist is an error.
static STRICT: LazyLock<Environment<'static>> = LazyLock::new(|| environment(UndefinedBehavior::Strict));
/// Where it is nothing, for `exists`.
static LENIENT: LazyLock<Environment<'static>> = LazyLock::new(|| environment(UndefinedBehavior::Chainable));

fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(undefined);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(64);
    environment
}

/// What templates read.
#[derive(Clone, Debug)]
pub struct Known(minijinja::Value);

impl Known {
    pub fn new(input: &Value, steps: Map<String, Value>, execution: Value) -> Self {
        let mut known = Map::new();
        known.insert("input".to_owned(), input.clone());
        known.insert("steps".to_owned(), Value::Object(steps));
        known.insert("execution".to_owned(), execution);
        Self(minijinja::Value::from(Serde(known)))
    }

    /// A value with its templates worked out. A text that is one whole `{{ … }}` becomes what that gives, of whatever
    /// type; every other one stays a text. `Err`: in words, with the place below the value.
    pub fn render(&self, value: &Value) -> Result<Value, String> {
        let value = self.worked_out(value)?;
        match value.is_object() || value.is_array() {
            // What is put together may hold the same thing many times over.
            true if value.to_string().len() > TEXT_MAX => Err("gives more than 256 KiB".to_owned()),
            _ => Ok(value),
        }
    }

    fn worked_out(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| self.worked_out(item).map_err(|cause| format!("{i}: {cause}")))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Value::Object(map) => map
                .iter()
                .map(|(key, item)| {
                    let item = self.worked_out(item).map_err(|cause| format!("{key}: {cause}"))?;
                    Ok((key.clone(), item))
                })
                .collect::<Result<_, String>>()
                .map(Value::Object),
            plain => Ok(plain.clone()),
        }
    }

    /// A template that must give a text.
    pub fn render_text(&self, text: &str) -> Result<String, String> {
        match self.text(text)? {
            Value::String(text) => Ok(text),
            other => Ok(other.to_string()),
        }
    }

    fn text(&self, text: &str) -> Result<Value, String> {
        if !is_template(text) {
            return Ok(Value::String(text.to_owned()));
        }
        if let Some(expression) = whole(text) {
            let found = STRICT
                .compile_expression(expression)
                .and_then(|expression| expression.eval(self.0.clone()))
                .map_err(words)?;
            if found.is_undefined() {
                return Err(format!("\"{}\" does not exist", expression.trim()));
            }
            let value = serde_json::to_value(&found).map_err(|_| "gives no value".to_owned())?;
            return bounded(value);
        }
        let text = STRICT.render_str(text, self.0.clone()).map_err(words)?;
        bounded(Value::String(text))
    }

    /// Whether a condition holds.
    pub fn holds(&self, condition: &Condition) -> Result<bool, String> {
        condition.holds(&mut |value| match value {
            Value::String(text) if whole(text).is_some() => {
                let found = LENIENT
                    .compile_expression(whole(text).unwrap_or_default())
                    .and_then(|expression| expression.eval(self.0.clone()))
                    .map_err(words)?;
                if found.is_undefined() {
                    return Ok(None);
                }
                serde_json::to_value(&found).map(Some).map_err(|_| "gives no value".to_owned())
            }
            other => self.render(other).map(Some),
        })
    }
}

fn bounded(value: Value) -> Result<Value, String> {
    match &value {
        Value::String(text) if text.len() > TEXT_MAX => Err("gives more than 256 KiB".to_owned()),
        _ => Ok(value),
    }
}

fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// The inside of a text that is one `{{ … }}` and nothing else.
fn whole(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inside.contains("{{") && !inside.contains("}}")).then_some(inside)
}

/// An error of the template engine without its file names.
fn words(error: minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// The dotted names that a text reads, such as `steps.find.output.id`.
fn names(text: &str) -> Result<HashSet<String>, String> {
    if !is_template(text) {
        return Ok(HashSet::new());
    }
    match whole(text) {
        Some(expression) => {
            STRICT.compile_expression(expression).map(|found| found.undeclared_variables(true)).map_err(words)
        }
        None => STRICT.template_from_str(text).map(|found| found.undeclared_variables(true)).map_err(words),
    }
}

/// All templates of a step, each with its place below `/run/<kind>`.
fn templates(run: &StepRun) -> Vec<(String, Value)> {
    let text = |at: &str, text: &str| (at.to_owned(), Value::String(text.to_owned()));
    match run {
        StepRun::Action(step) if step.by_model => Vec::new(),
        StepRun::Action(step) => {
            let mut all = vec![("/actionData".to_owned(), step.action_data.to_value())];
            all.extend(step.description.as_deref().map(|description| text("/description", description)));
            all
        }
        StepRun::Agent(step) if step.by_model => Vec::new(),
        StepRun::Agent(step) => {
            let mut all = vec![text("/objective", &step.objective)];
            all.extend(step.input.as_ref().map(|input| ("/input".to_owned(), input.to_value())));
            all
        }
        StepRun::Condition(step) => {
            let mut found = Vec::new();
            step.when.templates("/when", &mut found);
            found.into_iter().map(|(at, value)| (at, value.clone())).collect()
        }
        StepRun::Approval(step) => {
            let mut all = vec![text("/question", &step.question)];
            all.extend(step.details.as_ref().map(|details| ("/details".to_owned(), details.to_value())));
            all
        }
        StepRun::Wait(step) => step.until.as_deref().map(|until| text("/until", until)).into_iter().collect(),
        StepRun::Workflow(step) => {
            step.input.as_ref().map(|input| ("/input".to_owned(), input.to_value())).into_iter().collect()
        }
        StepRun::Set(step) => vec![("/values".to_owned(), step.values.to_value())],
        StepRun::Parallel(_) | StepRun::Join(_) | StepRun::Model(_) | StepRun::Message(_) => Vec::new(),
    }
}

/// Calls `with` for each text in a value, with its place.
fn each_text(at: &str, value: &Value, with: &mut impl FnMut(String, &str)) {
    match value {
        Value::String(text) => with(at.to_owned(), text),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| each_text(&format!("{at}/{i}"), item, with));
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| {
            each_text(&format!("{at}/{}", crate::domain::canonical::escape(key)), item, with);
        }),
        _ => {}
    }
}

/// The keys of the steps that a step's templates read.
pub fn read_by_step(run: &StepRun) -> Vec<String> {
    let mut keys = BTreeSet::new();
    for (at, value) in templates(run) {
        each_text(&at, &value, &mut |_, text| keys.extend(steps_read(text)));
    }
    keys.into_iter().collect()
}

/// The keys of the steps that a value's templates read.
pub fn read_by_value(value: &Value) -> Vec<String> {
    let mut keys = BTreeSet::new();
    each_text("", value, &mut |_, text| keys.extend(steps_read(text)));
    keys.into_iter().collect()
}

/// The engine's own list leaves out what stands before a slice and what is named in brackets, so that the text is looked
/// through as well. A step too many costs a look; one too few would not be found.
fn steps_read(text: &str) -> Vec<String> {
    if !is_template(text) {
        return Vec::new();
    }
    let key = |rest: &str| -> String {
        rest.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect()
    };
    let mut found: Vec<String> = names(text)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| step_named(name))
        .map(str::to_owned)
        .collect();
    for (at, word) in text.match_indices("steps") {
        let rest = text[at + word.len()..].trim_start();
        if let Some(named) = ["[\"", "['", "."].iter().find_map(|mark| rest.strip_prefix(mark)) {
            found.push(key(named.trim_start()));
        }
    }
    found.retain(|key| !key.is_empty());
    found
}

fn step_named(name: &str) -> Option<&str> {
    let mut parts = name.split('.');
    if parts.next() == Some("steps") { parts.next() } else { None }
}

/// The templates of a definition that cannot be read, or read what there never is.
pub fn faults(definition: &Definition) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut check = |at: String, text: &str| match names(text) {
        Err(cause) => found.push(FieldError::new(at, format!("is not a template: {cause}"))),
        Ok(names) => {
            for name in names {
                let root = name.split('.').next().unwrap_or_default();
                if !ROOTS.contains(&root) {
                    let detail = format!("reads \"{root}\"; there are input, steps and execution");
                    found.push(FieldError::new(at.clone(), detail));
                } else if let Some(key) = step_named(&name)
                    && definition.place(key).is_none()
                {
                    found.push(FieldError::new(
                        at.clone(),
                        format!("reads a step \"{key}\" that there is not"),
                    ));
                }
            }
        }
    };
    for (i, step) in definition.steps.iter().enumerate() {
        for (at, value) in templates(&step.run) {
            each_text(&format!("/steps/{i}/run/{}{at}", step.run.kind()), &value, &mut check);
        }
    }
    if let Some(output) = &definition.output {
        each_text("/output", output, &mut check);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known() -> Known {
        let steps =
            json!({"find": {"output": {"result": {"count": 2, "items": [{"id": "a"}, {"id": "b"}]}}}});
        let Value::Object(steps) = steps else { panic!("an object") };
        Known::new(&json!({"who": "Ada", "n": 3, "evil": "{{ execution.id }}"}), steps, json!({"id": "x"}))
    }

    #[test]
    fn a_whole_expression_keeps_its_type() {
        let known = known();
        assert_eq!(known.render(&json!("{{ input.n }}")), Ok(json!(3)));
        assert_eq!(known.render(&json!("n is {{ input.n }}")), Ok(json!("n is 3")));
        assert_eq!(
            known.render(&json!(["{{ steps.find.output.result.items[1] }}"])),
            Ok(json!([{"id": "b"}]))
        );
        assert_eq!(known.render(&json!("{{ input.n > 2 }}")), Ok(json!(true)));
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let fault = known().render(&json!({"a": {"b": "{{ input.missing }}"}})).unwrap_err();
        assert!(fault.starts_with("a: b: "), "{fault}");
        assert!(known().render(&json!("x {{ steps.find.output.nothing.deep }}")).is_err());
        assert_eq!(known().render(&json!("{{ input.missing | default('none') }}")), Ok(json!("none")));
    }

    #[test]
    fn a_value_is_never_a_template() {
        assert_eq!(known().render(&json!("{{ input.evil }}")), Ok(json!("{{ execution.id }}")));
        assert_eq!(known().render(&json!("> {{ input.evil }}")), Ok(json!("> {{ execution.id }}")));
    }

    #[test]
    fn a_template_ends() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(known().render(&json!(endless)).is_err());
    }

    #[test]
    fn faults_have_their_places() {
        let definition: Definition = serde_json::from_value(json!({
            "start": "a",
            "steps": [{"key": "a", "name": "A", "run": {"set": {"values": {
                "x": "{{ 1 + }}", "y": "{{ steps.b.output }}", "z": "{{ env.HOME }}", "ok": "{{ input.a }} {{ steps.a.output }}"
            }}}}],
        }))
        .unwrap();
        let found: Vec<_> = faults(&definition).into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(
            found,
            ["/steps/0/run/set/values/x", "/steps/0/run/set/values/y", "/steps/0/run/set/values/z"]
        );
        assert_eq!(read_by_step(&definition.steps[0].run), ["a", "b"]);
        assert_eq!(
            read_by_value(&json!("{{ steps.long.output.text[:9] }} {{ steps[\"other\"].error }}")),
            ["long", "other"]
        );
    }
}
