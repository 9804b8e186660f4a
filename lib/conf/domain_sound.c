/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_sound.h"

CONF_ENUM_NAMES(domain_sound_model, DOMAIN_SOUND_MODELS);
CONF_ENUM_NAMES(domain_codec_type, DOMAIN_CODEC_TYPES);
CONF_ENUM_NAMES(domain_audio_type, DOMAIN_AUDIO_TYPES);
CONF_ENUM_NAMES(domain_audio_format, DOMAIN_AUDIO_FORMATS);
CONF_ENUM_NAMES(domain_audio_sdl_driver, DOMAIN_AUDIO_SDL_DRIVERS);

/* --- <sound> --------------------------------------------------------------------------------------------------- */

static const struct conf_row codec_rows[] = {
	ATTR_ENUM("type", struct domain_codec, type, domain_codec_type, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem codec_elem = ELEM(struct domain_codec, codec_rows);

static const struct conf_row sound_audio_rows[] = {
	ATTR_NUM("id", struct domain_sound, audio, .max = 255, .flags = CONF_REQUIRED),
	CONF_END
};

#define HDA (BIT(DOMAIN_SOUND_ICH6) | BIT(DOMAIN_SOUND_ICH9))

static const struct conf_row sound_rows[] = {
	ATTR_ENUM("model", struct domain_sound, model, domain_sound_model, .flags = CONF_REQUIRED),
	LIST("codec", struct domain_sound, codecs, struct domain_codec, codec_elem, .when = HDA),
	GROUP("audio", sound_audio_rows),
	INCLUDE(struct domain_sound, info, struct domain_info, domain_info_elem),
	CONF_END
};

static int sound_fill(struct conf_reader *r, void *obj)
{
	const struct domain_sound *s = obj;

	return s->audio.set && !s->audio.value ? conf_fail(r, "<audio id='0'>: ids begin with 1") : 0;
}

const struct conf_elem domain_sound_elem = ELEM_KIND(struct domain_sound, model, sound_rows, .fill = sound_fill);

/* --- <audio> --------------------------------------------------------------------------------------------------- */

#define ALSA BIT(DOMAIN_AUDIO_ALSA)
#define COREAUDIO BIT(DOMAIN_AUDIO_COREAUDIO)
#define JACK BIT(DOMAIN_AUDIO_JACK)
#define OSS BIT(DOMAIN_AUDIO_OSS)
#define PULSE BIT(DOMAIN_AUDIO_PULSEAUDIO)
#define SDL BIT(DOMAIN_AUDIO_SDL)

/* <input> and <output> have the same rows, and which of them count is said by the <audio> around. */
#define IO_TABLES(dir) \
	static const struct conf_row dir##_settings_rows[] = { \
		ATTR_UINT("frequency", struct domain_audio, dir.frequency), \
		ATTR_UINT("channels", struct domain_audio, dir.channels), \
		ATTR_ENUM("format", struct domain_audio, dir.format, domain_audio_format), \
		CONF_END \
	}; \
	static const struct conf_row dir##_rows[] = { \
		ATTR_YESNO("mixingEngine", struct domain_audio, dir.mixing_engine), \
		ATTR_YESNO("fixedSettings", struct domain_audio, dir.fixed_settings), \
		ATTR_UINT("voices", struct domain_audio, dir.voices), \
		ATTR_UINT("bufferLength", struct domain_audio, dir.buffer_length), \
		ATTR_STRING("dev", struct domain_audio, dir.dev, .when = ALSA | OSS), \
		ATTR_UINT("bufferCount", struct domain_audio, dir.buffer_count, .when = COREAUDIO | OSS | SDL), \
		ATTR_STRING("serverName", struct domain_audio, dir.server_name, .when = JACK), \
		ATTR_STRING("clientName", struct domain_audio, dir.client_name, .when = JACK), \
		ATTR_STRING("connectPorts", struct domain_audio, dir.connect_ports, .when = JACK), \
		ATTR_YESNO("exactName", struct domain_audio, dir.exact_name, .when = JACK), \
		ATTR_YESNO("tryPoll", struct domain_audio, dir.try_poll, .when = OSS), \
		ATTR_STRING("name", struct domain_audio, dir.name, .when = PULSE), \
		ATTR_STRING("streamName", struct domain_audio, dir.stream_name, .when = PULSE), \
		ATTR_UINT("latency", struct domain_audio, dir.latency, .when = PULSE), \
		GROUP("settings", dir##_settings_rows), \
		CONF_END \
	}

IO_TABLES(input);
IO_TABLES(output);

static int check_io(struct conf_reader *r, const struct domain_audio_io *io)
{
	if (io->fixed_settings != CONF_YES && (io->frequency || io->channels || io->format))
		return conf_unsupported(r, "<settings> go with fixedSettings='yes' alone");
	if (io->fixed_settings == CONF_YES && io->mixing_engine == CONF_NO)
		return conf_unsupported(r, "fixedSettings='yes' and mixingEngine='no' exclude each other");
	return 0;
}

static int audio_fill(struct conf_reader *r, void *obj)
{
	const struct domain_audio *a = obj;

	if (!a->id)
		return conf_fail(r, "attribute 'id' must be a number from 1 on");
	return check_io(r, &a->input) < 0 ? -1 : check_io(r, &a->output);
}

static const struct conf_row audio_rows[] = {
	ATTR_UINT("id", struct domain_audio, id, .flags = CONF_REQUIRED),
	ATTR_ENUM("type", struct domain_audio, type, domain_audio_type, .flags = CONF_REQUIRED),
	ATTR_UINT("timerPeriod", struct domain_audio, timer_period),
	ATTR_STRING("serverName", struct domain_audio, server_name, .when = PULSE),
	ATTR_ENUM("driver", struct domain_audio, sdl_driver, domain_audio_sdl_driver, .when = SDL),
	ATTR_STRING("path", struct domain_audio, path, .when = BIT(DOMAIN_AUDIO_FILE)),
	ATTR_YESNO("tryMMap", struct domain_audio, try_mmap, .when = OSS),
	ATTR_YESNO("exclusive", struct domain_audio, exclusive, .when = OSS),
	ATTR_NUM("dspPolicy", struct domain_audio, dsp_policy, .when = OSS),
	GROUP("input", input_rows),
	GROUP("output", output_rows),
	CONF_END
};

const struct conf_elem domain_audio_elem = ELEM_KIND(struct domain_audio, type, audio_rows, .fill = audio_fill);
