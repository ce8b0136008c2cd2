//! Muscles followed while samples come: the same bits for any pieces, events in time, gaps, starts and ends, states.

use myovox::dsp::iir::{Band, SosStream, butterworth};
use myovox::emg::stream::{Cause, Event, EventKind, StreamPlan, StreamState, Totals};
use myovox::emg::{EmgConfig, EmgStream, EnvelopeConfig, EnvelopeMethod, StreamConfig};
use myovox::units::Rate;
use proptest::prelude::*;

use super::{RATE_HZ, bursts, noise};

fn plan_of(config: &EmgConfig) -> StreamPlan {
    StreamPlan::new(config, Rate::new(RATE_HZ).unwrap()).unwrap()
}

fn plan() -> StreamPlan {
    plan_of(&EmgConfig::default())
}

fn events(x: &[f64]) -> Vec<Event> {
    plan().whole(x).events
}

/// `(kind, at, cause)` of events.
fn told(events: &[Event]) -> Vec<(EventKind, usize, Cause)> {
    events.iter().map(|event| (event.kind, event.at, event.cause)).collect()
}

fn of_kind(events: &[Event], kind: EventKind) -> Vec<Event> {
    events.iter().copied().filter(|event| event.kind == kind).collect()
}

/// Bits, NaN being one value.
fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| if v.is_nan() { u64::MAX } else { v.to_bits() }).collect()
}

/// What pieces of `size` samples of all channels give.
fn in_pieces(mut stream: EmgStream, x: &[f64], size: usize) -> (Vec<u64>, Vec<Event>) {
    let mut envelope = vec![0.0; x.len()];
    let mut events = Vec::new();
    for (x, y) in x.chunks(size).zip(envelope.chunks_mut(size)) {
        events.extend(stream.push_into(x, y).unwrap());
    }
    events.extend(stream.finish());
    (bits(&envelope), events)
}

/// Bursts with everything in them that a stream must get over.
fn troubled() -> Vec<f64> {
    let mut x = bursts(11);
    x[1500..1505].fill(f64::NAN);
    x[2500..2700].fill(f64::NAN);
    x[5600..5610].fill(f64::NAN);
    x[8700..9000].fill(-5.5e-3);
    x[13_000..13_500].fill(0.0);
    x[20_000] = 0.05;
    x[26_000..26_500].fill(f64::INFINITY);
    x
}

#[test]
fn pieces_of_any_length_give_the_bits_and_events_of_the_whole() {
    let linear = EmgConfig::default().envelope(EnvelopeConfig::default().method(EnvelopeMethod::Linear));
    for config in [EmgConfig::default(), linear] {
        let plan = plan_of(&config);
        for x in [bursts(1), troubled()] {
            let whole = plan.whole(&x);
            assert!(whole.events.len() >= 16);
            let whole = (bits(&whole.envelope), whole.events);
            for size in [1, 7, 64, 1000, x.len()] {
                assert_eq!(in_pieces(plan.stream(1), &x, size), whole, "{size}");
            }
        }
    }
}

#[test]
fn the_envelope_is_that_of_filter_and_window_over_the_whole_signal() {
    let x = bursts(2);
    let mut filtered = x.clone();
    let band = butterworth(4, Band::BandPass(20.0, 450.0), Rate::new(RATE_HZ).unwrap()).unwrap();
    let mut stream = SosStream::new(band, 1);
    stream.settle(0, x[0]);
    stream.push(0, &mut filtered);
    // The end of one block of 100 samples, summed backwards, and the begin of the next, summed forwards.
    let square = |i: usize| filtered[i] * filtered[i];
    let mean = |i: usize| {
        let block = (i + 1) / 100 * 100;
        let begin = (block..=i).map(square).fold(0.0, |sum, v| sum + v);
        let first = (i + 1).saturating_sub(100);
        let end = if block == 0 { None } else { (first..block).rev().map(square).reduce(|sum, v| v + sum) };
        if begin == 0.0 && (i + 1).is_multiple_of(100) {
            return (first..=i).map(square).fold(0.0, |sum, v| sum + v) / 100.0;
        }
        (end.unwrap_or(0.0) + begin) / (i + 1).min(100) as f64
    };
    let expected: Vec<f64> = (0..x.len()).map(|i| mean(i).sqrt()).collect();
    assert_eq!(bits(&plan().whole(&x).envelope), bits(&expected));
}

#[test]
fn bursts_are_told_once_within_the_stated_latency() {
    let latency = plan().summary().activation;
    assert!(latency.onset_ms < 150.0 && latency.offset_ms < 250.0, "{latency:?}");
    for seed in 1..=5 {
        let all = events(&bursts(seed));
        let (onsets, offsets) = (of_kind(&all, EventKind::ActivationOnset), of_kind(&all, EventKind::ActivationOffset));
        assert_eq!((onsets.len(), offsets.len(), all.len()), (8, 8, 17), "{:?}", told(&all));
        assert_eq!(all[0].kind, EventKind::RestKnown);
        for (k, (onset, offset)) in onsets.iter().zip(&offsets).enumerate() {
            let truth = 5000 + 3000 * k;
            assert!(onset.at.abs_diff(truth) <= 10 && offset.at.abs_diff(truth + 1500) <= 20, "{onset:?} {offset:?}");
            assert!(onset.sample <= truth + latency.onset_samples && onset.sample > onset.at);
            assert!(offset.sample <= truth + 1500 + latency.offset_samples);
            assert_eq!((onset.cause, offset.cause), (Cause::Signal, Cause::Signal));
            assert_eq!((onset.at_s, onset.time_s), (onset.at as f64 / RATE_HZ, onset.sample as f64 / RATE_HZ));
        }
    }
}

#[test]
fn unit_sign_and_offset_change_no_event() {
    let x = bursts(3);
    let plain = told(&events(&x));
    for factor in [1e3, 1e6, 1024.0, -1.0, 1e-30] {
        let scaled: Vec<f64> = x.iter().map(|v| v * factor).collect();
        assert_eq!(told(&events(&scaled)), plain, "{factor}");
    }
    let shifted: Vec<f64> = x.iter().map(|v| v + 1e-2).collect();
    for (a, b) in told(&events(&shifted)).iter().zip(&plain) {
        assert!(a.0 == b.0 && a.1.abs_diff(b.1) <= 1, "{a:?} {b:?}");
    }
}

#[test]
fn rest_noise_and_a_steady_tone_are_no_activation() {
    for seed in 1..=10 {
        let found = events(&noise(60_000, seed));
        assert_eq!(told(&found).len(), 1, "{seed}: {:?}", told(&found));
    }
    let tone: Vec<f64> =
        (0..30_000).map(|i| myovox::dsp::math::sin(f64::from(i) * std::f64::consts::TAU * 0.1)).collect();
    assert!(of_kind(&events(&tone), EventKind::ActivationOnset).is_empty());
}

#[test]
fn nothing_and_no_signal_are_defined() {
    for x in [vec![], vec![0.0], vec![f64::NAN; 3000], vec![0.0; 3000], vec![7.0; 3000], vec![1e300; 300]] {
        let whole = plan().whole(&x);
        assert!(whole.events.iter().all(|event| event.kind == EventKind::Suspended), "{:?}", told(&whole.events));
        assert!(whole.envelope.len() == x.len() && whole.envelope.iter().all(|v| v.is_nan() || v.abs() < 1e-9));
    }
    let mut none = plan().stream(0);
    assert_eq!((none.push(&[1.0, 2.0]).count(), none.samples()), (0, 0));
}

#[test]
fn an_activity_from_the_first_sample_is_told_when_rest_is_known() {
    for length in [500, 900, 2500] {
        let x: Vec<f64> =
            noise(12_000, 21).iter().enumerate().map(|(i, v)| v * if i < length { 1e-4 } else { 5e-6 }).collect();
        let all = events(&x);
        let onset = of_kind(&all, EventKind::ActivationOnset);
        let offset = of_kind(&all, EventKind::ActivationOffset);
        assert_eq!((onset.len(), offset.len()), (1, 1), "{length}: {:?}", told(&all));
        assert_eq!((onset[0].at, onset[0].cause), (0, Cause::StartsBefore));
        assert!(offset[0].at.abs_diff(length) <= 20 && offset[0].sample <= length + 1500, "{:?}", offset[0]);
        let known = of_kind(&all, EventKind::RestKnown);
        assert_eq!(known.last().unwrap().sample, onset[0].sample);
    }
}

#[test]
fn what_is_active_at_the_end_ends_after_it() {
    let x = &bursts(4)[..5800];
    let all = events(x);
    let last = all.last().unwrap();
    assert_eq!((last.kind, last.at, last.cause), (EventKind::ActivationOffset, 5800, Cause::EndsAfter));
}

#[test]
fn nan_suspends_and_the_stream_recovers() {
    // In a pause, and for long.
    let mut x = bursts(5);
    x[6700..7700].fill(f64::NAN);
    let all = events(&x);
    let of = |kind| of_kind(&all, kind).into_iter().map(|event| (event.at, event.sample)).collect::<Vec<_>>();
    assert_eq!((of(EventKind::Suspended), of(EventKind::Resumed)), (vec![(6700, 6700)], vec![(7700, 7700)]));
    assert_eq!(of_kind(&all, EventKind::Suspended)[0].cause, Cause::NotFinite);
    assert_eq!((of(EventKind::ActivationOnset).len(), of(EventKind::ActivationOffset).len()), (8, 8));
    // Inside a burst: a short gap goes by, a long one ends it, and it begins again behind.
    for (length, number) in [(1, 8), (20, 8), (21, 9), (200, 9)] {
        let mut x = bursts(5);
        x[5500..5500 + length].fill(f64::NAN);
        let whole = plan().whole(&x);
        let onsets = of_kind(&whole.events, EventKind::ActivationOnset);
        assert_eq!(onsets.len(), number, "{length}: {:?}", told(&whole.events));
        assert_eq!(of_kind(&whole.events, EventKind::Resumed).len(), 1);
        assert!(
            whole.envelope[5500..5500 + length].iter().all(|v| v.is_nan()) && whole.envelope[5500 + length].is_finite()
        );
        if number == 9 {
            let end = of_kind(&whole.events, EventKind::ActivationOffset)[0];
            assert_eq!((end.at, end.cause), (5500, Cause::TouchesGap));
            assert_eq!((onsets[1].at, onsets[1].cause), (5500 + length, Cause::TouchesGap));
        }
    }
}

#[test]
fn plateaus_and_flat_stretches_suspend_and_are_no_activity() {
    for (value, length, cause) in [(-5.5e-3, 270, Cause::Plateau), (0.0, 1000, Cause::Flat), (2e-2, 40, Cause::Plateau)]
    {
        let mut x = bursts(6);
        x[3000..3000 + length].fill(value);
        let all = events(&x);
        let suspended = of_kind(&all, EventKind::Suspended);
        assert_eq!((suspended.len(), suspended[0].at, suspended[0].cause), (1, 3000, cause));
        assert_eq!(of_kind(&all, EventKind::Resumed)[0].at, 3000 + length);
        let onsets = of_kind(&all, EventKind::ActivationOnset);
        assert!(onsets.len() == 8 && onsets[0].at.abs_diff(5000) <= 10, "{:?}", told(&all));
    }
}

#[test]
fn spikes_are_no_activity() {
    for (seed, height) in (7..12).flat_map(|seed| [1e-4, -3e-4, 1e-3, 1e-2, 5e-2].map(|height| (seed, height))) {
        let mut x = bursts(seed);
        x[3000] += height;
        let onsets = of_kind(&events(&x), EventKind::ActivationOnset);
        assert!(onsets.len() == 8 && onsets[0].at.abs_diff(5000) <= 10, "{seed}, {height}: {onsets:?}");
    }
}

#[test]
fn contractions_are_told_where_a_maximal_contraction_is_known() {
    let x: Vec<f64> = bursts(8).iter().chain(&bursts(9)).copied().collect();
    let all = |mvc: f64| {
        let mut stream = plan().stream(1).references(&[Some(mvc)]).unwrap();
        stream.push(&x).collect::<Vec<_>>()
    };
    // Bursts reach 100 microvolts: above 0.4 of 150, below 0.4 of 400.
    let found = all(150e-6);
    let onsets = of_kind(&found, EventKind::ContractionOnset);
    let offsets = of_kind(&found, EventKind::ContractionOffset);
    assert_eq!((onsets.len(), offsets.len()), (16, 16));
    let latency = plan().summary().contraction;
    for (k, (onset, offset)) in onsets.iter().zip(&offsets).enumerate() {
        let truth = 5000 + 3000 * (k % 8) + 32_000 * (k / 8);
        assert!(onset.at.abs_diff(truth) <= 20 && offset.at.abs_diff(truth + 1500) <= 40, "{onset:?} {offset:?}");
        assert!(
            onset.sample <= truth + latency.onset_samples && offset.sample <= truth + 1500 + latency.offset_samples
        );
    }
    assert!(of_kind(&all(400e-6), EventKind::ContractionOnset).is_empty());
    // From the first sample, where rest is not known yet.
    let mut stream = plan().stream(1).references(&[Some(150e-6)]).unwrap();
    let first = stream.push(&x[5100..]).next().unwrap();
    assert_eq!((first.kind, first.at, first.cause), (EventKind::ContractionOnset, 0, Cause::StartsBefore));
    assert!(first.sample <= latency.onset_samples);
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(plan().stream(1).references(&[Some(wrong)]).unwrap_err().code(), "config.out-of-range");
    }
    assert_eq!(plan().stream(2).references(&[None]).unwrap_err().code(), "emg.channels-differ");
}

#[test]
fn a_channel_is_told_the_same_whatever_stands_beside_it() {
    let (a, b) = (troubled(), bursts(12));
    let both: Vec<f64> = a.iter().zip(&b).flat_map(|(a, b)| [*a, *b]).collect();
    let mut stream = plan().stream(2);
    let mut envelope = vec![0.0; both.len()];
    let mut events: Vec<Event> = stream.push_into(&both, &mut envelope).unwrap().collect();
    assert!(events.windows(2).all(|pair| pair[0].sample <= pair[1].sample));
    events.extend(stream.finish());
    for (k, x) in [a, b].iter().enumerate() {
        let alone = plan().whole(x);
        let of: Vec<Event> =
            events.iter().filter(|event| event.channel == k).map(|e| Event { channel: 0, ..*e }).collect();
        assert_eq!(of, alone.events);
        let beside: Vec<f64> = envelope.iter().skip(k).step_by(2).copied().collect();
        assert_eq!(bits(&beside), bits(&alone.envelope));
    }
    // The same as an array of (channels, samples), and in pieces that end inside a moment.
    let array = ndarray::Array2::from_shape_vec((both.len() / 2, 2), both.clone()).unwrap().reversed_axes();
    let mut out = ndarray::Array2::zeros(array.dim());
    let (mut stream, mut told) = (plan().stream(2), Vec::new());
    stream.push_array(&array.view(), out.view_mut(), |event| told.push(event)).unwrap();
    told.extend(stream.finish());
    assert_eq!(told, events);
    let out: Vec<f64> = out.reversed_axes().iter().copied().collect();
    assert_eq!(bits(&out), bits(&envelope));
    assert_eq!(in_pieces(plan().stream(2), &both, 7), (bits(&envelope), events));
    let (mut one, mut other) = (ndarray::Array2::zeros((1, 5)), ndarray::Array2::zeros((2, 4)));
    let push = |x: &ndarray::Array2<f64>, y: &mut ndarray::Array2<f64>| {
        plan().stream(2).push_array(&x.view(), y.view_mut(), drop).unwrap_err().code()
    };
    assert_eq!(push(&one.clone(), &mut one), "emg.channels-differ");
    assert_eq!(push(&ndarray::Array2::zeros((2, 5)), &mut other), "emg.stream-lengths");
    assert_eq!(plan().stream(1).push_into(&[0.0], &mut []).unwrap_err().code(), "emg.stream-lengths");
}

#[test]
fn a_state_goes_through_storage_into_another_stream() {
    let x = troubled();
    let whole = plan().whole(&x);
    for cut in [0, 1, 1502, 2600, 5600, 8690, 8800, 9001, 26_200] {
        let mut first = plan().stream(1);
        let mut envelope = vec![0.0; x.len()];
        let (before, after) = envelope.split_at_mut(cut);
        let mut events: Vec<Event> = first.push_into(&x[..cut], before).unwrap().collect();
        let stored = first.state().to_json();
        let mut second = plan().stream(1);
        second.restore(&StreamState::from_json(&stored).unwrap()).unwrap();
        assert_eq!(second.state(), first.state());
        events.extend(second.push_into(&x[cut..], after).unwrap());
        events.extend(second.finish());
        assert_eq!((events, bits(&envelope)), (whole.events.clone(), bits(&whole.envelope)), "{cut}");
    }
}

#[test]
fn a_state_of_another_stream_is_refused() {
    let state = plan().stream(1).state();
    let code = |stream: &mut EmgStream, state: &StreamState| stream.restore(state).unwrap_err().code();
    assert_eq!(code(&mut plan().stream(2), &state), "emg.stream-state");
    let other = plan_of(&EmgConfig::default().stream(StreamConfig::default().minimum_on_ms(80.0)));
    assert_eq!(code(&mut other.stream(1), &state), "emg.stream-state");
    let text = state.to_json();
    for (found, wrong) in [
        ("emg-stream/1", "emg-stream/2"),
        ("\"samples\":0", "\"samples\":18446744073709551615"),
        ("\"next\":0", "\"next\":1"),
        ("\"at\":0", "\"at\":100000"),
        ("\"run\":0", "\"run\":9"),
        ("\"values\":[", "\"values\":[0.5,"),
    ] {
        assert!(text.contains(found), "{found}");
        let changed = StreamState::from_json(&text.replacen(found, wrong, 1));
        assert!(changed.is_err() || plan().stream(1).restore(&changed.unwrap()).is_err(), "{found}");
    }
    assert_eq!(StreamState::from_json("{}").unwrap_err().code(), "emg.stream-state");
}

#[test]
fn settings_outside_their_range_are_refused_by_name() {
    let stream = StreamConfig::default;
    for (config, field) in [
        (stream().window_ms(0.0), "emg.stream.window_ms"),
        (stream().on_deviates(0.5), "emg.stream.on_deviates"),
        (stream().off_deviates(7.0), "emg.stream.off_deviates"),
        (stream().minimum_on_ms(-1.0), "emg.stream.minimum_on_ms"),
        (stream().minimum_off_ms(f64::NAN), "emg.stream.minimum_off_ms"),
        (stream().settle_ms(1.0), "emg.stream.settle_ms"),
        (stream().rest_s(0.5), "emg.stream.rest_s"),
    ] {
        let error = StreamPlan::new(&EmgConfig::default().stream(config), Rate::new(RATE_HZ).unwrap()).unwrap_err();
        assert_eq!((error.code(), error.place().field.as_deref()), ("config.out-of-range", Some(field)));
    }
    let low = StreamPlan::new(&EmgConfig::default(), Rate::new(500.0).unwrap()).unwrap();
    assert_eq!(low.warning().unwrap().code, "emg.band-clamped");
}

#[test]
fn totals_count_what_was_told() {
    let mut totals = Totals::new(1);
    let x = troubled();
    let told = plan().whole(&x).events;
    for event in &told {
        totals.add(event);
    }
    totals.seen(x.len(), plan().rate());
    let of = totals.channels[0];
    assert_eq!((totals.samples, totals.duration_s, of.rest_known, of.contractions), (32_000, 32.0, true, 0));
    assert_eq!(of.activations, of_kind(&told, EventKind::ActivationOnset).len());
    assert_eq!((of.suspensions, of.suspended_samples), (6, 5 + 200 + 10 + 300 + 500 + 500));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_samples_in_any_pieces_give_what_the_whole_gives(
        samples in prop::collection::vec(prop_oneof![4 => -1.0..1.0_f64, 1 => any::<f64>(), 2 => Just(0.25)], 0..3000),
        sizes in prop::collection::vec(1_usize..400, 1..20),
    ) {
        let config = EmgConfig::default().stream(StreamConfig::default().settle_ms(100.0).minimum_on_ms(5.0).minimum_off_ms(5.0));
        let plan = plan_of(&config);
        let whole = plan.whole(&samples);
        let mut stream = plan.stream(1);
        let (mut envelope, mut events, mut at) = (vec![0.0; samples.len()], Vec::new(), 0);
        for size in sizes.iter().cycle() {
            let end = (at + size).min(samples.len());
            events.extend(stream.push_into(&samples[at..end], &mut envelope[at..end]).unwrap());
            at = end;
            let kept = StreamState::from_json(&stream.state().to_json()).unwrap();
            stream.restore(&kept).unwrap();
            if at == samples.len() {
                break;
            }
        }
        events.extend(stream.finish());
        prop_assert_eq!(bits(&envelope), bits(&whole.envelope));
        prop_assert_eq!(&events, &whole.events);
        // Onsets and offsets take turns, ends lie behind begins.
        let turns: Vec<&Event> = events
            .iter()
            .filter(|event| matches!(event.kind, EventKind::ActivationOnset | EventKind::ActivationOffset))
            .collect();
        for pair in turns.chunks(2) {
            prop_assert!(pair[0].kind == EventKind::ActivationOnset && pair[1].kind == EventKind::ActivationOffset);
            prop_assert!(pair[0].at < pair[1].at);
        }
    }
}
