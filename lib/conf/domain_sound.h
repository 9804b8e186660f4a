/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <sound> and <audio>: the guest's sound cards, and where the host plays and records */
#ifndef BERTH_CONF_DOMAIN_SOUND_H
#define BERTH_CONF_DOMAIN_SOUND_H

#include "conf/domain_info.h"

#define DOMAIN_SOUND_MODELS(X) \
	X(DOMAIN_SOUND_SB16, "sb16") \
	X(DOMAIN_SOUND_ES1370, "es1370") \
	X(DOMAIN_SOUND_PCSPK, "pcspk") \
	X(DOMAIN_SOUND_AC97, "ac97") \
	X(DOMAIN_SOUND_ICH6, "ich6") \
	X(DOMAIN_SOUND_ICH9, "ich9") \
	X(DOMAIN_SOUND_USB, "usb") \
	X(DOMAIN_SOUND_ICH7, "ich7")
CONF_ENUM(domain_sound_model, DOMAIN_SOUND_MODELS);

#define DOMAIN_CODEC_TYPES(X) \
	X(DOMAIN_CODEC_DUPLEX, "duplex") \
	X(DOMAIN_CODEC_MICRO, "micro") \
	X(DOMAIN_CODEC_OUTPUT, "output")
CONF_ENUM(domain_codec_type, DOMAIN_CODEC_TYPES);

#define DOMAIN_AUDIO_TYPES(X) \
	X(DOMAIN_AUDIO_NONE, "none") \
	X(DOMAIN_AUDIO_ALSA, "alsa") \
	X(DOMAIN_AUDIO_COREAUDIO, "coreaudio") \
	X(DOMAIN_AUDIO_JACK, "jack") \
	X(DOMAIN_AUDIO_OSS, "oss") \
	X(DOMAIN_AUDIO_PULSEAUDIO, "pulseaudio") \
	X(DOMAIN_AUDIO_SDL, "sdl") \
	X(DOMAIN_AUDIO_SPICE, "spice") \
	X(DOMAIN_AUDIO_FILE, "file") \
	X(DOMAIN_AUDIO_DBUS, "dbus")
CONF_ENUM(domain_audio_type, DOMAIN_AUDIO_TYPES);

#define DOMAIN_AUDIO_FORMATS(X) \
	X(DOMAIN_AUDIO_S8, "s8") \
	X(DOMAIN_AUDIO_U8, "u8") \
	X(DOMAIN_AUDIO_S16, "s16") \
	X(DOMAIN_AUDIO_U16, "u16") \
	X(DOMAIN_AUDIO_S32, "s32") \
	X(DOMAIN_AUDIO_U32, "u32") \
	X(DOMAIN_AUDIO_F32, "f32")
CONF_ENUM(domain_audio_format, DOMAIN_AUDIO_FORMATS);

#define DOMAIN_AUDIO_SDL_DRIVERS(X) \
	X(DOMAIN_AUDIO_SDL_ESD, "esd") \
	X(DOMAIN_AUDIO_SDL_ALSA, "alsa") \
	X(DOMAIN_AUDIO_SDL_ARTS, "arts") \
	X(DOMAIN_AUDIO_SDL_PULSEAUDIO, "pulseaudio")
CONF_ENUM(domain_audio_sdl_driver, DOMAIN_AUDIO_SDL_DRIVERS);

struct domain_codec {
	enum domain_codec_type type;
};

struct domain_sound {
	enum domain_sound_model model;
	CONF_LIST(struct domain_codec) codecs;
	struct conf_num audio;                 /* id of an <audio> */
	struct domain_info info;
};

/* One direction. */
struct domain_audio_io {
	enum conf_yesno mixing_engine, fixed_settings;
	uint32_t voices;
	uint32_t buffer_length;                /* microseconds */
	uint32_t frequency, channels;
	enum domain_audio_format format;
	char *dev;                             /* ALSA, OSS */
	uint32_t buffer_count;                 /* COREAUDIO, OSS, SDL */
	char *server_name, *client_name, *connect_ports;   /* JACK */
	enum conf_yesno exact_name;            /* JACK */
	enum conf_yesno try_poll;              /* OSS */
	char *name, *stream_name;              /* PULSEAUDIO */
	uint32_t latency;                      /* PULSEAUDIO: microseconds */
};

struct domain_audio {
	uint32_t id;
	enum domain_audio_type type;
	uint32_t timer_period;                 /* microseconds */
	char *server_name;                     /* PULSEAUDIO */
	enum domain_audio_sdl_driver sdl_driver;
	char *path;                            /* FILE */
	enum conf_yesno try_mmap, exclusive;   /* OSS */
	struct conf_num dsp_policy;            /* OSS */
	struct domain_audio_io input, output;
};

extern const struct conf_elem domain_sound_elem, domain_audio_elem;

#endif
