//! Carries one message through the providers of its way: the order of attempts, and when they end.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::Attempt;
use super::outcome::{Outcome, RefusalKind};
use super::route::{OnUnknown, Way};
use crate::application::Application;
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::id::MessageId;
use crate::language::LanguageTag;
use crate::phone::PhoneNumber;
use crate::policy;
use crate::ports::provider::{Content, Provider, Sms};
use crate::template::{self, SmsText, TemplateQuery, Templates};
use crate::time::Timestamp;

/// A message to be carried.
#[derive(Debug)]
pub(crate) struct Parcel<'a> {
    pub(crate) message: MessageId,
    pub(crate) app: &'a Arc<Application>,
    pub(crate) channel: Channel,
    pub(crate) phone: &'a PhoneNumber,
    /// The language that was chosen for it.
    pub(crate) language: LanguageTag,
    /// The code and its remaining life; `None` when the code cannot be recovered, so that nothing can be sent.
    pub(crate) code: Option<(Passcode, Duration)>,
}

/// Tries the providers of `way` in order, until one has taken the message or no other may be tried. Returns at
/// least one attempt.
///
/// **Nothing leaves twice:** another provider is tried only after a definite refusal, or where the application
/// chose the same code through another one after an unknown outcome. At most
/// [`MOST_VENDORS`](policy::MOST_VENDORS) are called, within [`SEND_DEADLINE`](policy::SEND_DEADLINE) for all
/// of them. A provider whose silence leads to another call gets [`PATIENCE`](policy::PATIENCE). A provider is
/// not called with less than [`LEAST_FOR_A_VENDOR`](policy::LEAST_FOR_A_VENDOR) left, since its silence would
/// then prove nothing.
pub(crate) async fn carry(
    parcel: &Parcel<'_>,
    way: &Way,
    templates: &Templates,
    now: impl Fn() -> Timestamp,
) -> Vec<Attempt> {
    let deadline = now().after(policy::SEND_DEADLINE);
    let mut attempts = Vec::new();
    let (mut called, mut rejected) = (0, Vec::new());
    let mut providers = way.providers.iter().peekable();
    while let Some(provider) = providers.next() {
        let started_at = now();
        let too_late =
            attempts.is_empty() && started_at > parcel.message.made_at().after(policy::HAND_OVER);
        let outcome = if too_late {
            Outcome::not_accepted(RefusalKind::TooLate)
        } else if !attempts.is_empty() && started_at.until(deadline) < policy::LEAST_FOR_A_VENDOR {
            break;
        } else {
            let another = providers.peek().is_some() && called + 1 < policy::MOST_VENDORS;
            let until = if another && way.on_unknown == OnUnknown::FailoverSameCode {
                started_at.after(policy::PATIENCE).min(deadline)
            } else {
                deadline
            };
            let sms = parcel.for_provider(&**provider, templates, until, &rejected);
            match sms {
                Err(kind) => Outcome::not_accepted(kind),
                Ok(sms) => {
                    let outcome = provider.send(&sms).await;
                    if outcome.is_refusal(RefusalKind::ContentRejected) && sms.template.is_none() {
                        rejected.push(sms.text.clone());
                    }
                    outcome
                }
            }
        };
        let is_over = is_over(&outcome, way.on_unknown);
        called += usize::from(outcome.is_of_a_call());
        attempts.push(Attempt {
            provider: Some(provider.name().to_owned()),
            started_at,
            ended_at: now(),
            outcome,
        });
        if is_over || called >= policy::MOST_VENDORS {
            break;
        }
    }
    attempts
}

/// Returns whether `outcome` ends the attempts.
fn is_over(outcome: &Outcome, on_unknown: OnUnknown) -> bool {
    match outcome {
        Outcome::Accepted { .. } => true,
        Outcome::Unknown { .. } => on_unknown == OnUnknown::Keep,
        Outcome::NotAccepted(why) => !why.kind.fails_over(),
    }
}

impl Parcel<'_> {
    /// Returns the message as `provider` needs it, or the reason why it cannot be handed to that provider.
    fn for_provider(
        &self,
        provider: &dyn Provider,
        templates: &Templates,
        deadline: Timestamp,
        rejected: &[SmsText],
    ) -> Result<Sms, RefusalKind> {
        // Without a code nothing can be sent: the key differs from the one that sealed it.
        let (passcode, life) = self.code.as_ref().ok_or(RefusalKind::Other)?;
        let query = TemplateQuery {
            app: self.app,
            channel: self.channel,
            provider: provider.name(),
            language: &self.language,
        };
        let text = templates.text(&query, passcode, *life);
        let same = |no: &SmsText| no.reveal() == text.words.reveal();
        let (template, language) = match provider.content(self.phone) {
            Content::Text if rejected.iter().any(same) => return Err(RefusalKind::SameContent),
            Content::Text => (None, text.language),
            Content::Template => {
                let filled = templates.filled(&query, passcode, *life);
                let filled = filled.ok_or(RefusalKind::NoTemplate)?;
                (Some(filled.words), filled.language)
            }
        };
        Ok(Sms {
            message_id: self.message,
            app_id: self.app.id.clone(),
            app: self.app.name_in_messages().clone(),
            to: self.phone.clone(),
            channel: self.channel,
            language,
            text: text.words,
            template,
            passcode: passcode.clone(),
            minutes: template::minutes(*life),
            deadline,
        })
    }
}

#[cfg(test)]
mod tests;
