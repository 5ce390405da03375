#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void quantize(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *x, __global uchar *inlierScale, __global uchar *qIn, __global uchar *qOut, __global uchar *outlier, __global uchar *outlierScale, __global uchar *dims, __global uchar *scalars)
{
  bool b_40, b_71; 
  float f_112, f_113, f_116, f_118, f_117, f_119, f_90, f_89, f_94, f_93, f_96, f_97, f_99, f_102, f_141, f_24, f_152, f_151, f_121, f_128, f_132, f_134, f_133, f_135, f_171, f_176, f_175, f_177, f_180, f_179, f_26, f_154, f_25, f_156, f_155, f_162, f_164, f_38, f_74, f_73, f_75, f_79, f_58, f_57, f_60, f_62, f_190, f_61, f_189, f_191, f_194, f_193, f_68, f_69; 
  ulong ul_146, ul_17, ul_84, ul_150, ul_88, ul_161, ul_170, ul_107, ul_45, ul_173, ul_111, ul_52, ul_56, ul_0, ul_127, ul_2, ul_130, ul_1, ul_4, ul_3, ul_67, ul_6, ul_5, ul_7, ul_10, ul_9, ul_12, ul_11, ul_203, ul_14, ul_13, ul_208, ul_15; 
  int i_33, i_34, i_31, i_32, i_37, i_165, i_166, i_35, i_163, i_36, i_41, i_42, i_39, i_49, i_178, i_47, i_48, i_181, i_182, i_185, i_186, i_183, i_184, i_59, i_187, i_188, i_63, i_192, i_197, i_70, i_198, i_195, i_196, i_201, i_202, i_199, i_72, i_200, i_77, i_205, i_78, i_206, i_76, i_204, i_81, i_209, i_80, i_213, i_211, i_212, i_91, i_92, i_98, i_95, i_101, i_100, i_103, i_104, i_114, i_115, i_122, i_120, i_123, i_137, i_138, i_8, i_136, i_142, i_140, i_18, i_143, i_16, i_21, i_22, i_19, i_20, i_153, i_23, i_29, i_157, i_30, i_27, i_28; 
  char ch_210, ch_131, ch_147, ch_53, ch_85, ch_139, ch_108, ch_46, ch_174, ch_207; 
  long l_167, l_168, l_105, l_169, l_106, l_43, l_44, l_172, l_109, l_110, l_159, l_160, l_87, l_158, l_144, l_145, l_82, l_83, l_148, l_149, l_86, l_64, l_65, l_129, l_66, l_55, l_124, l_125, l_126, l_50, l_51, l_54; 

  // BLOCK 0
  ul_0  =  (ulong) x;
  ul_1  =  (ulong) inlierScale;
  ul_2  =  (ulong) qIn;
  ul_3  =  (ulong) qOut;
  ul_4  =  (ulong) outlier;
  ul_5  =  (ulong) outlierScale;
  ul_6  =  (ulong) dims;
  ul_7  =  (ulong) scalars;
  i_8  =  get_global_size(0);
  ul_9  =  ul_7 + 24L;
  ul_10  =  ul_7 + 20L;
  ul_11  =  ul_7 + 16L;
  ul_12  =  ul_6 + 32L;
  ul_13  =  ul_6 + 28L;
  ul_14  =  ul_6 + 24L;
  ul_15  =  ul_6 + 20L;
  i_16  =  get_global_id(0);
  ul_17  =  ul_6 + 16L;
  // BLOCK 1 MERGES [0 44 ]
  i_18  =  i_16;
  for(;;)
  {
    i_19  =  *((__global int *) ul_17);
    if(!(i_18 < i_19))
    {
      break;
    }
    // BLOCK 2
    i_20  =  *((__global int *) ul_15);
    i_21  =  *((__global int *) ul_14);
    i_22  =  *((__global int *) ul_13);
    i_23  =  *((__global int *) ul_12);
    f_24  =  *((__global float *) ul_11);
    f_25  =  *((__global float *) ul_10);
    f_26  =  *((__global float *) ul_9);
    i_27  =  i_18 / i_20;
    i_28  =  i_27 * i_20;
    i_29  =  i_18 - i_28;
    i_30  =  i_29 * i_23;
    i_31  =  i_30 + i_23;
    i_32  =  min(i_31, i_21);
    i_33  =  (i_22 < 2) ? 0 : 1;
    i_34  =  i_21 * i_27;
    // BLOCK 3 MERGES [2 43 ]
    i_35  =  i_30;
    for(;i_35 < i_32;)
    {
      // BLOCK 4
      i_36  =  i_34 + i_35;
      i_37  =  i_36 * i_22;
      // BLOCK 5 MERGES [4 9 ]
      f_38  =  0.0F;
      i_39  =  0;
      for(;i_39 < i_22;)
      {
        // BLOCK 6
        b_40  =  i_30 < i_35;
        if(b_40)
        {
          // BLOCK 7
          i_41  =  i_37 - i_22;
          i_42  =  i_41 + i_39;
          l_43  =  (long) i_42;
          l_44  =  l_43 + 16L;
          ul_45  =  ul_4 + l_44;
          ch_46  =  *((__global char *) ul_45);
          i_47  =  (int) ch_46;
          i_48  =  i_47;
        }  // B6
        else
        {
          // BLOCK 8
          i_48  =  0;
        }  // B6
        // BLOCK 9 MERGES [8 7 ]
        i_49  =  i_37 + i_39;
        l_50  =  (long) i_49;
        l_51  =  l_50 + 16L;
        ul_52  =  ul_4 + l_51;
        ch_53  =  (char) i_48;
        *((__global char *) ul_52)  =  ch_53;
        l_54  =  l_50 + 4L;
        l_55  =  l_54 << 2;
        ul_56  =  ul_0 + l_55;
        f_57  =  *((__global float *) ul_56);
        f_58  =  fabs(f_57);
        i_59  =  1 - i_48;
        f_60  =  (float) i_59;
        f_61  =  f_58 * f_60;
        f_62  =  fmax(f_38, f_61);
        i_63  =  i_39 + 1;
        f_38  =  f_62;
        i_39  =  i_63;
      }  // B5
      // BLOCK 10
      l_64  =  (long) i_35;
      l_65  =  l_64 + 4L;
      l_66  =  l_65 << 2;
      ul_67  =  ul_1 + l_66;
      f_68  =  *((__global float *) ul_67);
      f_69  =  f_38 / f_24;
      i_70  =  (f_68 < f_69) ? 1 : 0;
      b_71  =  (i_70 & i_33) == 0;
      if(b_71)
      {
        // BLOCK 11
      }  // B10
      else
      {
        // BLOCK 12
        i_72  =  i_22 + -1;
        f_73  =  (float) i_72;
        f_74  =  (float) i_22;
        // BLOCK 13 MERGES [12 17 ]
        f_75  =  0.0F;
        i_76  =  0;
        for(;i_76 < i_22;)
        {
          // BLOCK 14
          i_77  =  i_76 + 64;
          i_78  =  min(i_77, i_22);
          // BLOCK 15 MERGES [14 16 ]
          f_79  =  0.0F;
          i_80  =  i_76;
          for(;i_80 < i_78;)
          {
            // BLOCK 16
            i_81  =  i_37 + i_80;
            l_82  =  (long) i_81;
            l_83  =  l_82 + 16L;
            ul_84  =  ul_4 + l_83;
            ch_85  =  *((__global char *) ul_84);
            l_86  =  l_82 + 4L;
            l_87  =  l_86 << 2;
            ul_88  =  ul_0 + l_87;
            f_89  =  *((__global float *) ul_88);
            f_90  =  fabs(f_89);
            i_91  =  (int) ch_85;
            i_92  =  1 - i_91;
            f_93  =  (float) i_92;
            f_94  =  fma(f_90, f_93, f_79);
            i_95  =  i_80 + 1;
            f_79  =  f_94;
            i_80  =  i_95;
          }  // B15
          // BLOCK 17
          f_96  =  f_75 + f_79;
          f_75  =  f_96;
          i_76  =  i_77;
        }  // B13
        // BLOCK 18
        // BLOCK 19 MERGES [18 23 ]
        f_97  =  0.0F;
        i_98  =  0;
        for(;;)
        {
          f_99  =  f_75 / f_74;
          if(!(i_98 < i_22))
          {
            break;
          }
          // BLOCK 20
          i_100  =  i_98 + 64;
          i_101  =  min(i_100, i_22);
          // BLOCK 21 MERGES [20 22 ]
          f_102  =  0.0F;
          i_103  =  i_98;
          for(;i_103 < i_101;)
          {
            // BLOCK 22
            i_104  =  i_37 + i_103;
            l_105  =  (long) i_104;
            l_106  =  l_105 + 16L;
            ul_107  =  ul_4 + l_106;
            ch_108  =  *((__global char *) ul_107);
            l_109  =  l_105 + 4L;
            l_110  =  l_109 << 2;
            ul_111  =  ul_0 + l_110;
            f_112  =  *((__global float *) ul_111);
            f_113  =  fabs(f_112);
            i_114  =  (int) ch_108;
            i_115  =  1 - i_114;
            f_116  =  (float) i_115;
            f_117  =  f_113 * f_116;
            f_118  =  f_117 - f_99;
            f_119  =  fma(f_118, f_118, f_102);
            i_120  =  i_103 + 1;
            f_102  =  f_119;
            i_103  =  i_120;
          }  // B21
          // BLOCK 23
          f_121  =  f_97 + f_102;
          f_97  =  f_121;
          i_98  =  i_100;
        }  // B19
        // BLOCK 24
        // BLOCK 25 MERGES [24 26 ]
        i_122  =  0;
        for(;i_122 < i_22;)
        {
          // BLOCK 26
          i_123  =  i_37 + i_122;
          l_124  =  (long) i_123;
          l_125  =  l_124 + 4L;
          l_126  =  l_125 << 2;
          ul_127  =  ul_0 + l_126;
          f_128  =  *((__global float *) ul_127);
          l_129  =  l_124 + 16L;
          ul_130  =  ul_4 + l_129;
          ch_131  =  *((__global char *) ul_130);
          f_132  =  f_97 / f_73;
          f_133  =  native_sqrt(f_132);
          f_134  =  fma(f_133, f_26, f_99);
          f_135  =  fabs(f_128);
          i_136  =  (f_134 < f_135) ? 1 : 0;
          i_137  =  (int) ch_131;
          i_138  =  i_136 | i_137;
          ch_139  =  (char) i_138;
          *((__global char *) ul_130)  =  ch_139;
          i_140  =  i_122 + 1;
          i_122  =  i_140;
        }  // B25
        // BLOCK 27
      }  // B10
      // BLOCK 28 MERGES [11 27 ]
      // BLOCK 29 MERGES [28 30 ]
      f_141  =  0.0F;
      i_142  =  0;
      for(;i_142 < i_22;)
      {
        // BLOCK 30
        i_143  =  i_37 + i_142;
        l_144  =  (long) i_143;
        l_145  =  l_144 + 16L;
        ul_146  =  ul_4 + l_145;
        ch_147  =  *((__global char *) ul_146);
        l_148  =  l_144 + 4L;
        l_149  =  l_148 << 2;
        ul_150  =  ul_0 + l_149;
        f_151  =  *((__global float *) ul_150);
        f_152  =  fabs(f_151);
        i_153  =  (int) ch_147;
        f_154  =  (float) i_153;
        f_155  =  f_152 * f_154;
        f_156  =  fmax(f_141, f_155);
        i_157  =  i_142 + 1;
        f_141  =  f_156;
        i_142  =  i_157;
      }  // B29
      // BLOCK 31
      l_158  =  (long) i_36;
      l_159  =  l_158 + 4L;
      l_160  =  l_159 << 2;
      ul_161  =  ul_5 + l_160;
      f_162  =  f_141 / f_25;
      *((__global float *) ul_161)  =  f_162;
      i_163  =  isless(0.0F, f_162);
      if(i_163 == 1)
      {
        // BLOCK 32
        f_164  =  f_162;
      }  // B31
      else
      {
        // BLOCK 33
        f_164  =  1.0F;
      }  // B31
      // BLOCK 34 MERGES [32 33 ]
      // BLOCK 35 MERGES [34 42 ]
      i_165  =  0;
      for(;i_165 < i_22;)
      {
        // BLOCK 36
        i_166  =  i_37 + i_165;
        l_167  =  (long) i_166;
        l_168  =  l_167 + 4L;
        l_169  =  l_168 << 2;
        ul_170  =  ul_0 + l_169;
        f_171  =  *((__global float *) ul_170);
        l_172  =  l_167 + 16L;
        ul_173  =  ul_4 + l_172;
        ch_174  =  *((__global char *) ul_173);
        f_175  =  f_171 / f_68;
        f_176  =  fabs(f_175);
        f_177  =  fmin(f_176, f_24);
        i_178  =  isnan(f_177)? 0 : (int) f_177;
        f_179  =  (float) i_178;
        f_180  =  f_177 - f_179;
        i_181  =  (0.5F < f_180) ? 1 : 0;
        i_182  =  (f_180 == 0.5F) ? 1 : 0;
        i_183  =  i_182 & i_178;
        i_184  =  i_181 | i_183;
        i_185  =  i_184 + i_178;
        i_186  =  isless(f_175, 0.0F);
        if(i_186 == 1)
        {
          // BLOCK 37
          i_187  =  -i_185;
          i_188  =  i_187;
        }  // B36
        else
        {
          // BLOCK 38
          i_188  =  i_185;
        }  // B36
        // BLOCK 39 MERGES [37 38 ]
        f_189  =  f_171 / f_164;
        f_190  =  fabs(f_189);
        f_191  =  fmin(f_190, f_25);
        i_192  =  isnan(f_191)? 0 : (int) f_191;
        f_193  =  (float) i_192;
        f_194  =  f_191 - f_193;
        i_195  =  (0.5F < f_194) ? 1 : 0;
        i_196  =  (f_194 == 0.5F) ? 1 : 0;
        i_197  =  i_196 & i_192;
        i_198  =  i_195 | i_197;
        i_199  =  i_198 + i_192;
        i_200  =  isless(f_189, 0.0F);
        if(i_200 == 1)
        {
          // BLOCK 40
          i_201  =  -i_199;
          i_202  =  i_201;
        }  // B39
        else
        {
          // BLOCK 41
          i_202  =  i_199;
        }  // B39
        // BLOCK 42 MERGES [40 41 ]
        ul_203  =  ul_2 + l_172;
        i_204  =  (int) ch_174;
        i_205  =  1 - i_204;
        i_206  =  i_205 * i_188;
        ch_207  =  (char) i_206;
        *((__global char *) ul_203)  =  ch_207;
        ul_208  =  ul_3 + l_172;
        i_209  =  i_202 * i_204;
        ch_210  =  (char) i_209;
        *((__global char *) ul_208)  =  ch_210;
        i_211  =  i_165 + 1;
        i_165  =  i_211;
      }  // B35
      // BLOCK 43
      i_212  =  i_35 + 1;
      i_35  =  i_212;
    }  // B3
    // BLOCK 44
    i_213  =  i_8 + i_18;
    i_18  =  i_213;
  }  // B1
  // BLOCK 45
  return;
}  //  kernel
