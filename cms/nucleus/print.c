/* SPDX-License-Identifier: MIT
 *
 * print.c - text from a format.  Pure: also tested on the host.
 */
#include "print.h"

struct print {
	char *buf;
	size_t size, len;
};

struct print_spec {
	int left, zero, lng;
	int width, precision; /* -1: none */
};

static void
print_char(struct print *p, int c)
{
	if (p->len + 1 < p->size)
		p->buf[p->len++] = (char)c;
}

static void
print_text(struct print *p, const struct print_spec *s, const char *text,
    size_t len)
{
	size_t pad = s->width > 0 && (size_t)s->width > len ?
	    (size_t)s->width - len : 0;

	for (; !s->left && pad > 0; pad--)
		print_char(p, ' ');
	while (len-- > 0)
		print_char(p, *text++);
	for (; pad > 0; pad--)
		print_char(p, ' ');
}

static void
print_number(struct print *p, struct print_spec *s, unsigned long v, int base,
    int negative, int upper)
{
	const char *digit = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[64];
	size_t at = sizeof text;
	int width = s->width > (int)sizeof text ? (int)sizeof text : s->width;

	do {
		text[--at] = digit[v % (unsigned long)base];
		v /= (unsigned long)base;
	} while (v != 0);
	if (s->zero && !s->left)
		while ((int)(sizeof text - at) < width - negative && at > 1)
			text[--at] = '0';
	if (negative)
		text[--at] = '-';
	print_text(p, s, text + at, sizeof text - at);
}

static void
print_string(struct print *p, const struct print_spec *s, const char *text)
{
	size_t len = 0;

	while ((s->precision < 0 || len < (size_t)s->precision) &&
	    text[len] != '\0')
		len++;
	print_text(p, s, text, len);
}

static const char *
print_parse(const char *f, struct print_spec *s, va_list *ap)
{
	*s = (struct print_spec){ .precision = -1 };
	for (; *f == '-' || *f == '0'; f++) {
		s->left |= *f == '-';
		s->zero |= *f == '0';
	}
	if (*f == '*') {
		s->width = va_arg(*ap, int);
		f++;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		s->width = s->width * 10 + *f - '0';
	if (*f == '.' && f[1] == '*') {
		s->precision = va_arg(*ap, int);
		f += 2;
	} else if (*f == '.') {
		s->precision = 0;
		for (f++; *f >= '0' && *f <= '9'; f++)
			s->precision = s->precision * 10 + *f - '0';
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->lng = 1;
	return f;
}

static void
print_convert(struct print *p, struct print_spec *s, int conversion,
    va_list *ap)
{
	unsigned long v;
	long d;
	char c;

	switch (conversion) {
	case 's':
		print_string(p, s, va_arg(*ap, const char *));
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		print_text(p, s, &c, 1);
		break;
	case 'd':
		d = s->lng ? va_arg(*ap, long) : va_arg(*ap, int);
		v = d < 0 ? 0 - (unsigned long)d : (unsigned long)d;
		print_number(p, s, v, 10, d < 0, 0);
		break;
	case 'u':
	case 'x':
	case 'X':
		v = s->lng ? va_arg(*ap, unsigned long) :
		    va_arg(*ap, unsigned int);
		print_number(p, s, v, conversion == 'u' ? 10 : 16, 0,
		    conversion == 'X');
		break;
	default:
		print_char(p, conversion);
		break;
	}
}

size_t
print_va(char *buf, size_t size, const char *format, va_list args)
{
	struct print p = { buf, size, 0 };
	struct print_spec spec;
	va_list ap;

	va_copy(ap, args);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			print_char(&p, *format);
			continue;
		}
		format = print_parse(format + 1, &spec, &ap);
		if (*format == '\0')
			break;
		print_convert(&p, &spec, *format, &ap);
	}
	va_end(ap);
	if (size > 0)
		buf[p.len] = '\0';
	return p.len;
}

size_t
print_into(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, format);
	n = print_va(buf, size, format, ap);
	va_end(ap);
	return n;
}
