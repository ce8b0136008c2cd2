//! Measures against their limits: flags, the same in words, and why what is not known is not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ByHum, Inspector, Measured, Quality, share};
use crate::emg::EmgConfig;
use crate::emg::ecg::EcgMethod;
use crate::emg::gaps::{Gap, GapCause};
use crate::emg::hum::HumMethod;
use crate::emg::session::Channel;
use crate::units::Span;
use crate::warning::{Missing, Warning};

/// Most stretches of a flag that are listed.
const LISTED: usize = 100;

/// What can be wrong with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Samples on a rail of the amplifier; measure: their share.
    Clipping,
    /// The electrode was off; measure: share of samples.
    LeadOff,
    /// One value held for long; measure: share of samples.
    Flat,
    /// Samples were lost; measure: their share.
    Dropout,
    /// Samples displaced for a moment, or a jump; measure: their share.
    Spikes,
    /// Hum of the mains; measure: dB above its neighbours.
    Hum,
    /// Movement of electrodes or cables; measure: share of the raw power below 20 Hz.
    Movement,
    /// A heart beats in it; measure: periodicity, 0 to 1.
    Ecg,
    /// Contractions hardly exceed rest; measure: dB.
    LowSnr,
    /// The sampling rate is probably another; measure: by what share of the stated one it is higher.
    RateDoubtful,
    /// A large offset; measure: its ratio to the root mean square about it.
    Dc,
    /// Coarse steps of the converter; measure: effective bits.
    Quantised,
    /// The envelope's largest value lies where samples were clipped or bridged; measure: its distance from there in seconds.
    SaturationOfDerived,
    /// A contraction exceeds the maximal one that it is held against; measure: percent of it.
    MvcExceeded,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flag {
    /// What.
    pub flag: Fault,
    /// How much; [`Fault`] says of what. Free of the signal's unit.
    pub measure: f64,
    /// Number of stretches that it is about; 0 where it is about all.
    pub count: usize,
    /// These stretches in order of time, the first hundred.
    pub intervals: Vec<Span>,
}

/// What a channel's measures lead to.
#[derive(Clone, Debug, Default)]
pub(in crate::emg) struct Judged {
    pub(in crate::emg) warnings: Vec<Warning>,
    /// Paths relative to the channel.
    pub(in crate::emg) missing: Vec<Missing>,
}

impl Inspector {
    /// Puts the measures and flags into the channel, whose contractions are held against all that is known of them.
    pub(in crate::emg) fn judge(
        &self,
        measured: Measured,
        channel: &mut Channel,
        envelope: &[f64],
        stated_s: Option<f64>,
        config: &EmgConfig,
    ) -> Judged {
        let Measured { quality, clipped, bridged, by_hum, .. } = measured;
        channel.quality = quality;
        channel.quality.duration_rate_hz = stated_s.and_then(|duration| rates_of(duration, envelope.len()));
        let clipped: Vec<Span> = clipped.iter().map(|(start, end)| Span::new(*start, *end, self.rate)).collect();
        let mut judge = Judge { of: self, channel, bridged, warnings: Vec::new() };
        judge.stretches(&clipped, envelope.len());
        judge.spectral();
        judge.heart_and_ratio();
        judge.rate();
        judge.converter();
        judge.peak(&clipped, envelope);
        judge.mvc(config.score.mvc_doubtful_pct);
        let warnings = judge.warnings;
        channel.quality.flags.sort_by_key(|flag| flag.flag as usize);
        Judged { warnings, missing: missing_of(&channel.quality, by_hum, config) }
    }
}

/// The rates at which so many samples last as long as a duration in whole seconds says, cut or rounded.
fn rates_of(duration_s: f64, samples: usize) -> Option<[f64; 2]> {
    let whole = if duration_s.fract() == 0.0 { 1.0 } else { 0.01 };
    let rates = [samples as f64 / (duration_s + whole), samples as f64 / duration_s];
    (duration_s >= 1.0 && samples > 0 && rates[1].is_finite()).then_some(rates)
}

struct Judge<'a> {
    of: &'a Inspector,
    channel: &'a mut Channel,
    bridged: Vec<Gap>,
    warnings: Vec<Warning>,
}

impl Judge<'_> {
    fn flag(&mut self, flag: Fault, measure: f64, intervals: &[Span]) {
        let listed = intervals.iter().take(LISTED).copied().collect();
        self.channel.quality.flags.push(Flag { flag, measure, count: intervals.len(), intervals: listed });
    }

    fn warn(&mut self, code: &'static str, message: String, intervals: &[Span]) {
        let warning = Warning::new(code, message).channel(self.channel.label.as_str());
        let ends = intervals.first().zip(intervals.last());
        self.warnings.push(match ends {
            Some((first, last)) => warning.span_s(first.start_s, last.end_s),
            None => warning,
        });
    }

    /// What is wrong for a while: clipped, cut out or bridged.
    fn stretches(&mut self, clipped: &[Span], samples: usize) {
        if !clipped.is_empty() {
            let percent = 100.0 * self.channel.quality.clipped_share;
            self.flag(Fault::Clipping, self.channel.quality.clipped_share, clipped);
            let message = format!(
                "{percent:.2} % of the samples lie on a rail, in {} runs: the amplifier was overdriven, and amplitudes there are too small",
                clipped.len()
            );
            self.warn("emg.clipping", message, clipped);
        }
        let kinds: [(Fault, &'static str, &[GapCause], &str); 4] = [
            (Fault::LeadOff, "emg.lead-off", &[GapCause::LeadOff], "an electrode off"),
            (Fault::Flat, "emg.flat", &[GapCause::Flat], "one value held"),
            (Fault::Dropout, "emg.dropout", &[GapCause::Dropout, GapCause::NotFinite], "samples lost"),
            (Fault::Spikes, "emg.spike", &[GapCause::Spike, GapCause::Jump], "samples displaced"),
        ];
        for (flag, code, causes, what) in kinds {
            let of = |gaps: &[Gap]| -> Vec<Span> {
                gaps.iter().filter(|gap| causes.contains(&gap.cause)).map(|gap| gap.span).collect()
            };
            let bridged = of(&self.bridged);
            let mut all = of(&self.channel.gaps);
            all.extend_from_slice(&bridged);
            all.sort_by_key(|span| span.start);
            if all.is_empty() {
                continue;
            }
            let part = share(all.iter().map(|span| span.end - span.start).sum(), samples);
            let quality = &mut self.channel.quality;
            *match flag {
                Fault::LeadOff => &mut quality.lead_off_share,
                Fault::Flat => &mut quality.flat_share,
                Fault::Dropout => &mut quality.dropout_share,
                _ => &mut quality.spike_share,
            } = part;
            self.flag(flag, part, &all);
            // What was cut out has a warning of its own.
            if !bridged.is_empty() {
                let message = format!("{} short stretches were bridged by straight lines: {what}", bridged.len());
                self.warn(code, message, &bridged);
            }
        }
    }

    fn spectral(&mut self) {
        let quality = &self.channel.quality;
        if let Some(hum) = quality.hum.clone().filter(|hum| self.of.is_hum(hum)) {
            let done = match &quality.hum_removed {
                Some(removed) => format!("{:.1} % of the raw power was taken away", 100.0 * removed.power_share),
                None => "nothing was taken away".to_owned(),
            };
            self.flag(Fault::Hum, hum.above_db, &[]);
            let message = format!(
                "hum at {:.2} Hz, {:.0} dB above its neighbours, {:.0} % of the band's power in {} lines; {done}",
                hum.frequency_hz,
                hum.above_db,
                100.0 * hum.share,
                hum.lines.len()
            );
            self.warn("emg.hum", message, &[]);
        }
        let moved = self.channel.quality.movement_share;
        if let Some(part) = moved.filter(|part| *part > self.of.config.movement_share) {
            self.flag(Fault::Movement, part, &[]);
            let message = format!("{:.0} % of the raw power lies below 20 Hz: electrodes or cables move", 100.0 * part);
            self.warn("emg.movement", message, &[]);
        }
    }

    fn heart_and_ratio(&mut self) {
        let quality = &self.channel.quality;
        if let Some((ecg, periodicity)) = quality.ecg.zip(quality.ecg_periodicity) {
            let done = match &quality.ecg_removed {
                Some(removed) => format!("{:.1} % of the band's energy was taken away", 100.0 * removed.energy_share),
                None => "nothing was taken away".to_owned(),
            };
            self.flag(Fault::Ecg, periodicity, &[]);
            let message = format!(
                "a heart beats in it, {:.0} times a minute, with {:.1} % of the band's energy; {done}",
                ecg.rate_per_min,
                100.0 * ecg.energy_share
            );
            self.warn("emg.ecg", message, &[]);
        }
        let least = self.of.config.least_snr_db;
        if let Some(snr) = self.channel.parameters.snr_db.filter(|snr| *snr < least) {
            self.flag(Fault::LowSnr, snr, &[]);
            let message = format!("contractions stand {snr:.1} dB above rest, less than {least} dB");
            self.warn("emg.low-snr", message, &[]);
        }
    }

    fn rate(&mut self) {
        let (quality, config, hz) = (&self.channel.quality, &self.of.config, self.of.rate.hz());
        if let Some(suggested) = quality.suggested_rate_hz {
            let at = quality.hum.as_ref().map_or(0.0, |hum| hum.frequency_hz);
            self.flag(Fault::RateDoubtful, suggested / hz - 1.0, &[]);
            let message = format!(
                "hum at {at:.2} Hz would be where the mains are at a sampling rate of {suggested} Hz; {hz} Hz were used, as stated"
            );
            self.warn("emg.rate-doubtful", message, &[]);
            return;
        }
        let Some([low, high]) = quality.duration_rate_hz else { return };
        let off = if hz < low { low / hz - 1.0 } else { (high / hz - 1.0).min(0.0) };
        if (config.rate_least..=config.rate_most).contains(&off.abs()) {
            self.flag(Fault::RateDoubtful, off, &[]);
            let message = format!(
                "the stated duration asks for a sampling rate of {low:.1} to {high:.1} Hz; {hz} Hz were used, as stated"
            );
            self.warn("emg.rate-doubtful", message, &[]);
        }
    }

    fn converter(&mut self) {
        let (quality, config) = (&self.channel.quality, &self.of.config);
        let (dc, bits) = (quality.dc_ratio, quality.effective_bits);
        let (most, least) = (config.most_dc, config.least_bits);
        if let Some(ratio) = dc.filter(|ratio| *ratio > most) {
            self.flag(Fault::Dc, ratio, &[]);
            let message =
                format!("the mean is {ratio:.1} times what the signal is about it; the band-pass takes it away");
            self.warn("emg.dc", message, &[]);
        }
        if let Some(bits) = bits.filter(|bits| *bits < least) {
            self.flag(Fault::Quantised, bits, &[]);
            let message =
                format!("the samples' range has {bits:.1} bits in steps of the converter: small activity is lost");
            self.warn("emg.quantised", message, &[]);
        }
    }

    /// Whether the envelope's largest value can be believed.
    fn peak(&mut self, clipped: &[Span], envelope: &[f64]) {
        if clipped.is_empty() && self.bridged.is_empty() {
            return;
        }
        let largest = envelope.iter().enumerate().filter(|(_, v)| !v.is_nan()).max_by(|a, b| a.1.total_cmp(b.1));
        let Some((at, _)) = largest.filter(|(_, v)| **v > 0.0) else { return };
        let away = |span: &Span| span.start.saturating_sub(at).max((at + 1).saturating_sub(span.end));
        let bad = clipped.iter().chain(self.bridged.iter().map(|gap| &gap.span));
        let Some(nearest) = bad.min_by_key(|span| away(span)).copied() else { return };
        // A smoothed value knows of what lies half a window away.
        if away(&nearest) > self.of.half_window {
            return;
        }
        self.flag(Fault::SaturationOfDerived, self.of.rate.seconds(away(&nearest)), &[nearest]);
        let message = "the envelope's largest value lies where samples were clipped or bridged: it is no measure of the strongest effort";
        self.warn("emg.peak-doubtful", message.to_owned(), &[nearest]);
    }

    /// The warning of its own stands where the MVC is known.
    fn mvc(&mut self, limit: f64) {
        let percent = self.channel.contractions.iter().filter_map(|c| c.mvc_pct).max_by(f64::total_cmp);
        let beyond = |span: &super::super::Contraction| span.mvc_pct.is_some_and(|percent| percent > limit);
        if let Some(percent) = percent.filter(|percent| *percent > limit) {
            let spans = self.channel.contractions.iter().filter(|c| beyond(c));
            let spans: Vec<Span> = spans.map(|c| Span::new(c.onset, c.offset, self.of.rate)).collect();
            self.flag(Fault::MvcExceeded, percent, &spans);
        }
    }
}

/// Why each `None` is one; paths relative to the channel.
fn missing_of(quality: &Quality, by_hum: Option<ByHum>, config: &EmgConfig) -> Vec<Missing> {
    let flagged = |fault: Fault| quality.flags.iter().any(|flag| flag.flag == fault);
    let short = ("too_short", "no stretch without a gap is long enough for a spectrum, or nothing changes in it");
    let no_hum = match config.hum.method {
        HumMethod::Off => ("off", "the settings leave hum where it is"),
        HumMethod::Auto if !flagged(Fault::Hum) => ("no_hum", "no hum was measured"),
        _ if quality.hum.as_ref().is_none_or(|hum| hum.lines.is_empty())
            && config.hum.frequency_hz.given().is_none() =>
        {
            ("no_hum", "no line stands out, and no frequency was given")
        }
        _ => ("nothing_else", "there is nothing but hum, or nothing of it"),
    };
    let no_rate = match by_hum {
        Some(ByHum::Agrees | ByHum::Suggests(_)) => ("rate_agrees", "the hum lies where the mains are"),
        None if quality.hum.is_none() => short,
        None => ("no_hum", "no hum stands out that could tell a rate"),
    };
    let ecg_left = match config.ecg.method {
        EcgMethod::Off => ("off", "the settings leave heart beats where they are"),
        EcgMethod::HighPass => ("no_signal", "there is no signal"),
        EcgMethod::Gate | EcgMethod::Template if quality.ecg.is_none() => ("no_heart", "no heart beat was found"),
        EcgMethod::Gate | EcgMethod::Template => ("too_few_beats", "too few beats, or none that the fit shows"),
    };
    let no_heart = if quality.ecg_periodicity.is_some() {
        ("no_heart", "nothing recurs as heart beats do, or what recurs does not look alike")
    } else {
        ("too_little_rest", "the muscle rests for too short a time")
    };
    [
        ("hum", quality.hum.is_none(), short),
        ("hum_removed", quality.hum_removed.is_none(), no_hum),
        ("suggested_rate_hz", quality.suggested_rate_hz.is_none(), no_rate),
        (
            "duration_rate_hz",
            quality.duration_rate_hz.is_none(),
            ("not_in_file", "no duration is stated beside the samples"),
        ),
        ("movement_share", quality.movement_share.is_none(), short),
        (
            "ecg_periodicity",
            quality.ecg_periodicity.is_none(),
            ("too_little_rest", "the muscle rests for too short a time"),
        ),
        ("ecg", quality.ecg.is_none(), no_heart),
        ("ecg_removed", quality.ecg_removed.is_none(), ecg_left),
        ("dc_ratio", quality.dc_ratio.is_none(), ("no_signal", "nothing changes in the channel")),
        (
            "effective_bits",
            quality.effective_bits.is_none(),
            ("too_short", "too few samples tell the converter's step"),
        ),
    ]
    .into_iter()
    .filter(|(_, absent, _)| *absent)
    .map(|(name, _, (reason, message))| Missing::new(format!("quality.{name}"), reason, message))
    .collect()
}
