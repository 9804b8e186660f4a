/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound cards and where they are heard */
#include "qemu/command_impl.h"

#include <string.h>

/* --- cards ----------------------------------------------------------------------------------------------------- */

static const char *card_driver(enum domain_sound_model model)
{
	static const char *const drivers[] = {
		[DOMAIN_SOUND_SB16] = "sb16",           [DOMAIN_SOUND_ES1370] = "ES1370",         [DOMAIN_SOUND_AC97] = "AC97",
		[DOMAIN_SOUND_ICH6] = "intel-hda",      [DOMAIN_SOUND_ICH9] = "ich9-intel-hda",   [DOMAIN_SOUND_USB] = "usb-audio",
	};

	return model < ARRAY_LEN(drivers) ? drivers[model] : NULL;
}

static void put_audio(struct qemu_build *b, json_t *o, const struct domain_sound *s)
{
	if (b->def->devices.audios.n)
		qemu_putf(o, "audiodev", "audio%llu", (unsigned long long)(s->audio.set ? s->audio.value : b->def->devices.audios.items[0]->id));
}

static int build_codec(struct qemu_build *b, const struct domain_sound *s, size_t n, enum domain_codec_type type)
{
	static const char *const drivers[] = {
		[DOMAIN_CODEC_DUPLEX] = "hda-duplex", [DOMAIN_CODEC_MICRO] = "hda-micro", [DOMAIN_CODEC_OUTPUT] = "hda-output",
	};
	json_t *o = json_pack("{s:s}", "driver", drivers[type ? type : DOMAIN_CODEC_DUPLEX]);

	qemu_putf(o, "id", "%s-codec%zu", s->info.alias.name, n);
	qemu_putf(o, "bus", "%s.0", s->info.alias.name);
	qemu_put_int(o, "cad", n);
	put_audio(b, o, s);
	return qemu_build_device(b, o);
}

static int build_sound(struct qemu_build *b, const struct domain_sound *s)
{
	const char *driver = card_driver(s->model);
	bool hda = s->model == DOMAIN_SOUND_ICH6 || s->model == DOMAIN_SOUND_ICH9;
	json_t *o;

	/* the PC speaker is part of the machine */
	if (s->model == DOMAIN_SOUND_PCSPK)
		return 0;
	if (!driver)
		return qemu_unsupported(b, "QEMU has no sound card of model '%s'", conf_enum_name(&domain_sound_model_names, s->model));
	o = json_pack("{s:s}", "driver", driver);
	qemu_put(o, "id", s->info.alias.name);
	if (!hda)
		put_audio(b, o, s);
	if (qemu_put_address(b, o, &s->info) < 0) {
		json_decref(o);
		return -1;
	}
	if (qemu_build_device(b, o) < 0)
		return -1;
	for (size_t i = 0; hda && i < s->codecs.n; i++)
		if (build_codec(b, s, i, s->codecs.items[i]->type) < 0)
			return -1;
	return hda && !s->codecs.n ? build_codec(b, s, 0, DOMAIN_CODEC_DUPLEX) : 0;
}

int qemu_build_sounds(struct qemu_build *b)
{
	for (size_t i = 0; i < b->def->devices.sounds.n; i++)
		if (build_sound(b, b->def->devices.sounds.items[i]) < 0)
			return -1;
	return 0;
}

/* --- the host's end -------------------------------------------------------------------------------------------- */

static const struct qemu_prop io_rows[] = {
	QEMU_PROP(struct domain_audio_io, frequency, "frequency", U32),
	QEMU_PROP(struct domain_audio_io, channels, "channels", U32),
	QEMU_PROP(struct domain_audio_io, voices, "voices", U32),
	QEMU_PROP(struct domain_audio_io, buffer_length, "buffer-length", U32),
	QEMU_PROP(struct domain_audio_io, dev, "dev", STRING),
	QEMU_PROP(struct domain_audio_io, buffer_count, "buffer-count", U32),
	QEMU_PROP(struct domain_audio_io, server_name, "server-name", STRING),
	QEMU_PROP(struct domain_audio_io, client_name, "client-name", STRING),
	QEMU_PROP(struct domain_audio_io, connect_ports, "connect-ports", STRING),
	QEMU_PROP(struct domain_audio_io, name, "name", STRING),
	QEMU_PROP(struct domain_audio_io, stream_name, "stream-name", STRING),
	QEMU_PROP(struct domain_audio_io, latency, "latency", U32),
	QEMU_PROP_END
};

static void put_yesno(json_t *o, const char *key, enum conf_yesno v)
{
	if (v)
		qemu_put_bool(o, key, v == CONF_YES);
}

static void put_io(json_t *audio, const char *key, const struct domain_audio_io *io)
{
	json_t *o = json_object();

	put_yesno(o, "mixing-engine", io->mixing_engine);
	put_yesno(o, "fixed-settings", io->fixed_settings);
	put_yesno(o, "exact-name", io->exact_name);
	put_yesno(o, "try-poll", io->try_poll);
	qemu_put(o, "format", conf_enum_name(&domain_audio_format_names, io->format));
	qemu_put_props(o, io_rows, io);
	if (json_object_size(o))
		json_object_set(audio, key, o);
	json_decref(o);
}

int qemu_build_audios(struct qemu_build *b)
{
	static const char *const drivers[] = {
		[DOMAIN_AUDIO_NONE] = "none", [DOMAIN_AUDIO_ALSA] = "alsa", [DOMAIN_AUDIO_COREAUDIO] = "coreaudio", [DOMAIN_AUDIO_JACK] = "jack",
		[DOMAIN_AUDIO_OSS] = "oss",   [DOMAIN_AUDIO_PULSEAUDIO] = "pa", [DOMAIN_AUDIO_SDL] = "sdl", [DOMAIN_AUDIO_SPICE] = "spice",
		[DOMAIN_AUDIO_FILE] = "wav",  [DOMAIN_AUDIO_DBUS] = "dbus",
	};

	for (size_t i = 0; i < b->def->devices.audios.n; i++) {
		const struct domain_audio *a = b->def->devices.audios.items[i];
		json_t *o = json_object();

		qemu_putf(o, "id", "audio%u", a->id);
		qemu_put(o, "driver", drivers[a->type]);
		qemu_put_uint(o, "timer-period", a->timer_period);
		qemu_put(o, "path", a->path);
		qemu_put(o, "server", a->server_name);
		put_yesno(o, "try-mmap", a->try_mmap);
		put_yesno(o, "exclusive", a->exclusive);
		qemu_put_num(o, "dsp-policy", a->dsp_policy);
		put_io(o, "in", &a->input);
		put_io(o, "out", &a->output);
		qemu_arg_json(&b->args, "-audiodev", o);
	}
	for (size_t i = 0; i < b->def->devices.sounds.n; i++)
		if (b->def->devices.sounds.items[i]->model == DOMAIN_SOUND_PCSPK && b->def->devices.audios.n)
			qemu_argf(&b->args, "-machine", "pcspk-audiodev=audio%u", b->def->devices.audios.items[0]->id);
	return 0;
}
