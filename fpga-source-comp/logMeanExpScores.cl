#pragma OPENCL EXTENSION cl_khr_fp64 : enable  
#pragma OPENCL EXTENSION cl_khr_fp16 : enable  
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void logMeanExpScores(__global long *_kernel_context, __constant uchar *_constant_region, __local uchar *_local_region, __global int *_atomics, __global uchar *q, __global uchar *k, __global uchar *scores, __global uchar *dims, __global uchar *scalars)
{
  bool b_50, b_41, b_23, b_55, b_27; 
  float f_106, f_105, f_107, f_110, f_112, f_111, f_114, f_113, f_116, f_115, f_26, f_28, f_30, f_94, f_95, f_98, f_97, f_100, f_99, f_102, f_101, f_103, f_74, f_75, f_81, f_88, f_58, f_57, f_60, f_59; 
  ulong ul_87, ul_124, ul_62, ul_29, ul_93, ul_0, ul_31, ul_2, ul_1, ul_33, ul_4, ul_3, ul_35, ul_8, ul_9, ul_12, ul_14; 
  int i_34, i_32, i_37, i_38, i_36, i_42, i_39, i_40, i_45, i_46, i_43, i_44, i_49, i_47, i_48, i_53, i_54, i_51, i_52, i_56, i_61, i_65, i_66, i_63, i_64, i_69, i_70, i_67, i_68, i_73, i_71, i_72, i_77, i_78, i_76, i_82, i_79, i_80, i_83, i_89, i_96, i_104, i_109, i_108, i_117, i_118, i_119, i_120, i_125, i_126, i_127, i_5, i_6, i_10, i_7, i_13, i_11, i_17, i_18, i_15, i_16, i_21, i_22, i_19, i_20, i_25, i_24; 
  long l_121, l_90, l_122, l_91, l_123, l_92, l_84, l_85, l_86; 

  // BLOCK 0
  ul_0  =  (ulong) q;
  ul_1  =  (ulong) k;
  ul_2  =  (ulong) scores;
  ul_3  =  (ulong) dims;
  ul_4  =  (ulong) scalars;
  i_5  =  get_global_size(0);
  i_6  =  get_global_size(1);
  i_7  =  get_global_size(2);
  ul_8  =  ul_4 + 20L;
  ul_9  =  ul_3 + 32L;
  i_10  =  get_global_id(0);
  i_11  =  get_global_id(1);
  ul_12  =  ul_3 + 52L;
  i_13  =  get_global_id(2);
  ul_14  =  ul_3 + 16L;
  // BLOCK 1 MERGES [0 29 ]
  i_15  =  i_13;
  for(;;)
  {
    i_16  =  *((__global int *) ul_14);
    if(!(i_15 < i_16))
    {
      break;
    }
    // BLOCK 2
    // BLOCK 3 MERGES [2 28 ]
    i_17  =  i_11;
    for(;;)
    {
      i_18  =  *((__global int *) ul_12);
      if(!(i_17 < i_18))
      {
        break;
      }
      // BLOCK 4
      // BLOCK 5 MERGES [4 27 ]
      i_19  =  i_10;
      for(;;)
      {
        i_20  =  *((__global int *) ul_12);
        if(!(i_19 < i_20))
        {
          break;
        }
        // BLOCK 6
        i_21  =  *((__global int *) ul_12);
        i_22  =  *((__global int *) ul_9);
        b_23  =  i_22 == 1;
        if(b_23)
        {
          // BLOCK 7
          i_24  =  i_17;
        }  // B6
        else
        {
          // BLOCK 8
          i_25  =  i_21 + -1;
          i_24  =  i_25;
        }  // B6
        // BLOCK 9 MERGES [7 8 ]
        f_26  =  *((__global float *) ul_8);
        b_27  =  i_24 < i_19;
        if(b_27)
        {
          // BLOCK 10
          f_28  =  f_26;
        }  // B9
        else
        {
          // BLOCK 11
          ul_29  =  ul_4 + 16L;
          f_30  =  *((__global float *) ul_29);
          ul_31  =  ul_3 + 24L;
          i_32  =  *((__global int *) ul_31);
          ul_33  =  ul_3 + 28L;
          i_34  =  *((__global int *) ul_33);
          ul_35  =  ul_3 + 48L;
          i_36  =  *((__global int *) ul_35);
          i_37  =  *((__global int *) ul_9);
          i_38  =  i_36 * i_17;
          i_39  =  i_32 - i_38;
          i_40  =  min(i_36, i_39);
          b_41  =  i_17 == i_19;
          if(b_41)
          {
            // BLOCK 12
            i_42  =  i_40 + -1;
            i_43  =  i_42;
          }  // B11
          else
          {
            // BLOCK 13
            i_44  =  i_36 + -1;
            i_43  =  i_44;
          }  // B11
          // BLOCK 14 MERGES [12 13 ]
          i_45  =  (i_17 == i_19) ? 1 : 0;
          i_46  =  i_45 * i_37;
          i_47  =  i_19 * i_36;
          i_48  =  i_32 - i_47;
          i_49  =  min(i_36, i_48);
          b_50  =  i_46 == 1;
          if(b_50)
          {
            // BLOCK 15
            i_51  =  i_43 >> 1;
            i_52  =  i_51;
          }  // B14
          else
          {
            // BLOCK 16
            i_53  =  i_49 + -1;
            i_54  =  min(i_43, i_53);
            i_52  =  i_54;
          }  // B14
          // BLOCK 17 MERGES [15 16 ]
          b_55  =  i_46 == 1;
          if(b_55)
          {
            // BLOCK 18
            i_56  =  i_40 + 1;
            f_57  =  (float) i_56;
            f_58  =  f_57 * 0.5F;
            f_59  =  f_58;
          }  // B17
          else
          {
            // BLOCK 19
            f_60  =  (float) i_49;
            f_59  =  f_60;
          }  // B17
          // BLOCK 20 MERGES [18 19 ]
          i_61  =  *((__global int *) ul_14);
          ul_62  =  ul_3 + 20L;
          i_63  =  *((__global int *) ul_62);
          i_64  =  i_61 / i_63;
          i_65  =  i_15 / i_64;
          i_66  =  i_65 * i_32;
          i_67  =  i_66 + i_47;
          i_68  =  i_15 * i_32;
          i_69  =  i_68 + i_38;
          i_70  =  i_69 + i_43;
          i_71  =  i_43 - i_40;
          i_72  =  i_71 + 1;
          i_73  =  max(0, i_72);
          // BLOCK 21 MERGES [20 25 ]
          f_74  =  -1.0E30F;
          f_75  =  0.0F;
          i_76  =  i_73;
          for(;i_52 >= i_76;)
          {
            // BLOCK 22
            i_77  =  i_67 + i_76;
            i_78  =  i_77 * i_34;
            i_79  =  i_70 - i_76;
            i_80  =  i_79 * i_34;
            // BLOCK 23 MERGES [22 24 ]
            f_81  =  0.0F;
            i_82  =  0;
            for(;i_82 < i_34;)
            {
              // BLOCK 24
              i_83  =  i_80 + i_82;
              l_84  =  (long) i_83;
              l_85  =  l_84 + 4L;
              l_86  =  l_85 << 2;
              ul_87  =  ul_0 + l_86;
              f_88  =  *((__global float *) ul_87);
              i_89  =  i_78 + i_82;
              l_90  =  (long) i_89;
              l_91  =  l_90 + 4L;
              l_92  =  l_91 << 2;
              ul_93  =  ul_1 + l_92;
              f_94  =  *((__global float *) ul_93);
              f_95  =  fma(f_88, f_94, f_81);
              i_96  =  i_82 + 1;
              f_81  =  f_95;
              i_82  =  i_96;
            }  // B23
            // BLOCK 25
            f_97  =  f_30 * f_81;
            f_98  =  fmax(f_74, f_97);
            f_99  =  f_74 - f_98;
            f_100  =  exp(f_99);
            f_101  =  f_97 - f_98;
            f_102  =  exp(f_101);
            f_103  =  fma(f_75, f_100, f_102);
            i_104  =  i_76 + 1;
            f_74  =  f_98;
            f_75  =  f_103;
            i_76  =  i_104;
          }  // B21
          // BLOCK 26
          f_105  =  (float) i_40;
          f_106  =  f_59 * f_105;
          f_107  =  (float) i_36;
          i_108  =  i_52 - i_73;
          i_109  =  i_108 + 1;
          f_110  =  (float) i_109;
          f_111  =  f_107 * f_110;
          f_112  =  f_111 * f_107;
          f_113  =  f_106 / f_112;
          f_114  =  f_113 * f_75;
          f_115  =  log(f_114);
          f_116  =  f_115 + f_74;
          f_28  =  f_116;
        }  // B9
        // BLOCK 27 MERGES [10 26 ]
        i_117  =  i_15 * i_21;
        i_118  =  i_117 + i_17;
        i_119  =  i_118 * i_21;
        i_120  =  i_119 + i_19;
        l_121  =  (long) i_120;
        l_122  =  l_121 + 4L;
        l_123  =  l_122 << 2;
        ul_124  =  ul_2 + l_123;
        *((__global float *) ul_124)  =  f_28;
        i_125  =  i_5 + i_19;
        i_19  =  i_125;
      }  // B5
      // BLOCK 28
      i_126  =  i_6 + i_17;
      i_17  =  i_126;
    }  // B3
    // BLOCK 29
    i_127  =  i_7 + i_15;
    i_15  =  i_127;
  }  // B1
  // BLOCK 30
  return;
}  //  kernel
